"""Somebody with a session cookie and no browser."""

import json
from dataclasses import dataclass
from http.cookiejar import CookieJar
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, Request, build_opener

from tests.fixtures.portal import Portal


@dataclass(frozen=True, slots=True)
class Page:
    """An answer, whatever its status."""

    status: int
    text: str
    url: str


class Person:
    """Signs in through the form, then asks for pages."""

    def __init__(self, portal: Portal, username: str = "viewer", password: str = "") -> None:
        self.portal = portal
        self._jar = CookieJar()
        self._opener = build_opener(HTTPCookieProcessor(self._jar))
        self.ask("/login/")
        form = {"username": username, "password": password or portal.password}
        answer = self.ask("/login/", form | {"csrfmiddlewaretoken": self.cookies["csrftoken"]})
        assert "sessionid" in self.cookies, answer.text[:500]

    @property
    def cookies(self) -> dict[str, str]:
        return {cookie.name: cookie.value or "" for cookie in self._jar}

    def ask(self, path: str, form: dict[str, str] | None = None, **headers: str) -> Page:
        """GET, or POST of a form."""
        body = None if form is None else urlencode(form).encode()
        fields = {name.replace("_", "-"): value for name, value in headers.items()}
        request = Request(f"{self.portal.url}{path}", data=body, headers=fields)
        try:
            with self._opener.open(request, timeout=60) as answer:
                return Page(answer.status, answer.read().decode(), answer.url)
        except HTTPError as error:
            return Page(error.code, error.read().decode(), error.url)

    def page(self, path: str) -> str:
        """The text of a page that must be there."""
        answer = self.ask(path)
        assert answer.status == 200, (path, answer.status, answer.text[:300])
        return answer.text

    def json(self, path: str) -> Any:
        return json.loads(self.page(path))
