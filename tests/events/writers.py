"""Four writers at once, as a program: python -m tests.events.writers TRANSACTIONS

Each commits small batches of numbered events after a random while, rolls some back, and is in no hurry with others.
A database that goes away is waited for.
"""

import os
import random
import sys
import threading

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.events.stream_settings")
django.setup()

from django.db import Error, connection, transaction  # noqa: E402  apps must be loaded first

from events.log import append  # noqa: E402
from tests.events.conftest import event  # noqa: E402

WRITERS = 4
ROLLBACKS, SLOW = 0.1, 0.1  # shares of all transactions


def work(writer: int, transactions: int) -> None:
    chance, pause = random.Random(writer), threading.Event()
    for step in range(transactions):
        first = (writer * transactions + step) * 10
        try:
            with transaction.atomic():
                numbers = range(first, first + chance.randint(1, 5))
                append(event(n, controller_id=n % 3, group_id=20 + n % 5) for n in numbers)
                pause.wait(chance.uniform(0.05, 0.4) if chance.random() < SLOW else chance.uniform(0, 0.02))
                transaction.set_rollback(chance.random() < ROLLBACKS)
        except Error:
            connection.close()
            pause.wait(0.2)


if __name__ == "__main__":
    threads = [threading.Thread(target=work, args=(n, int(sys.argv[1]))) for n in range(WRITERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
