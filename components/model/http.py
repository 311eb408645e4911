"""What a listener in HTTP mode does beyond passing requests on."""

from typing import Self

from pydantic import Field, field_validator, model_validator

from components.model.base import Model, refuse

MAX_PAGE_BYTES = 8192


class ErrorPage(Model):
    """What clients see when the load balancer itself answers with a status."""

    status: int = Field(ge=400, le=599)
    """400, 403, 404, 408, 413, 429, 500, 502, 503 or 504."""
    content: str
    """The page, HTML in UTF-8, at most 8192 bytes; in a stack file give `contentFile`, its path
    relative to the project."""

    @field_validator("content")
    @classmethod
    def _it_fits_a_buffer(cls, content: str) -> str:
        size = len(content.encode())
        if size > MAX_PAGE_BYTES:
            raise refuse(
                "http.errorPages[].content",
                f"{size} bytes",
                f"at most {MAX_PAGE_BYTES} fit an engine's buffer",
                "make the page smaller",
            )
        return content

    @model_validator(mode="after")
    def _the_load_balancer_gives_this_status(self) -> Self:
        if self.status not in ERROR_PAGE_STATUSES:
            raise refuse(
                "http.errorPages[].status",
                self.status,
                f"the load balancer answers with one of {_LISTED} itself",
                "choose one of them",
            )
        return self


ERROR_PAGE_STATUSES = (400, 403, 404, 408, 413, 429, 500, 502, 503, 504)
_LISTED = ", ".join(str(status) for status in ERROR_PAGE_STATUSES)


class Http(Model):
    """Options of a listener with mode http."""

    x_forwarded_for: bool = True
    """Tell backends the client's address and protocol in X-Forwarded-For and X-Forwarded-Proto;
    what the client sent under these names is dropped."""
    forwarded: bool = False
    """Tell it in the Forwarded header (RFC 7239) as well; what the client sent is dropped."""
    max_body_bytes: int | None = Field(default=None, ge=1, le=2**40)
    """Largest request body; a larger one is answered with 413. None does not limit it."""
    max_header_bytes: int = Field(default=8192, ge=1024, le=65_536)
    """Largest sum of request line and headers; larger ones are answered with 400, 414 or 431."""
    hsts_max_age_s: int | None = Field(default=None, ge=0, le=10 * 365 * 24 * 3600)
    """Strict-Transport-Security: for how long browsers use HTTPS alone, s (needs tls)."""
    redirect_to_https_port: int | None = Field(default=None, ge=1, le=65535)
    """Answer every request with a redirect (308) to https on this port."""
    error_pages: tuple[ErrorPage, ...] = ()
    """Pages for statuses that the load balancer gives itself; a backend's own pages pass."""

    @model_validator(mode="after")
    def _one_page_each(self) -> Self:
        statuses = [page.status for page in self.error_pages]
        twice = [status for status in statuses if statuses.count(status) > 1]
        if twice:
            raise refuse(
                "http.errorPages[].status", twice[0], "two pages for it", "remove one of them"
            )
        return self
