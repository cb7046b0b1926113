"""What can go wrong between us and a cloud, as one tree.

StarlingXError
├── BadPattern              an address pattern, or what is put into it, makes no URL
├── BadValue                a value that must not be sent: the service would take it wrongly, or fall over it
├── MissingService          the cloud's catalog has no such endpoint
├── Unreachable             no answer: refused, no route, no such name, connection lost
│   ├── Timeout             no answer in the time given
│   └── TlsFailed           the other side is not who our CA bundle vouches for
├── Unauthorized            neither the token nor a fresh one was accepted, or the credentials are wrong
├── Refused                 the service answered with 4xx: it understood and said no
│   ├── Forbidden           403: the account lacks a role
│   └── NotFound            404
├── ServerFailed            the service answered with 5xx
└── Unexpected              an answer we cannot take: not JSON, too large, cut off, a row without its identity

After a write, `outcome_unknown` tells whether it may have taken effect all the same:

certainly not done  BadPattern, BadValue, MissingService, any failure to sign in; Refused and Unauthorized, as the
                    service said no; Unreachable, Timeout and TlsFailed while nothing had been sent
nobody knows        Unreachable and Timeout once sending had begun, ServerFailed, Unexpected

Messages are ready for a page or a log: redacted, free of control characters, at most `MESSAGE_LENGTH` characters.
"""

MESSAGE_LENGTH = 500


class StarlingXError(Exception):
    """Base of all errors of this package.

    `status` is the HTTP status when there was one, `place` says whom we talked to (method, host and path, never a
    query or credentials). `outcome_unknown` is True only for a write that may have taken effect: look before sending
    it again. It is False for reads.
    """

    def __init__(self, message: str, *, place: str = "", status: int | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.place = place
        self.status = status
        self.outcome_unknown = False

    def __str__(self) -> str:
        text = f"{self.place}: {self.message}" if self.place else self.message
        return text[:MESSAGE_LENGTH]


class BadPattern(StarlingXError, ValueError):
    """An address pattern, or a value put into it, does not make a URL."""


class BadValue(StarlingXError, ValueError):
    """A value is not sent, as the service would misread it or fail. The message names the field, not the value."""


class MissingService(StarlingXError):
    """The catalog has no endpoint of that type, interface and region."""


class Unreachable(StarlingXError):
    """There was no answer."""


class Timeout(Unreachable):
    """There was no answer in the time given."""


class TlsFailed(Unreachable):
    """The certificate of the other side could not be verified, or our CA bundle is unusable."""


class Unauthorized(StarlingXError):
    """Credentials or a fresh token were not accepted. Carries none of the service's words: they echo tokens."""


class Refused(StarlingXError):
    """The service understood the request and said no (4xx)."""


class Forbidden(Refused):
    """The account lacks a role (403)."""


class NotFound(Refused):
    """There is no such thing there (404)."""


class ServerFailed(StarlingXError):
    """The service failed (5xx). dcmanager says so too when its manager needs more than 60 s, and works on."""


class Unexpected(StarlingXError):
    """The answer has a shape we cannot take, so nothing of it is used."""
