"""Where a webhook may go, as tables; the connections themselves are in test_calling."""

import pytest

from app.webhooks.addresses import Target, WebhookUrlError, is_public, is_trial, read_target


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "127.8.8.8",
        "0.0.0.0",  # noqa: S104 -- it is refused
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.100.100.200",
        "168.63.129.16",
        "192.0.0.192",
        "192.0.2.1",
        "198.18.0.1",
        "198.51.100.7",
        "203.0.113.9",
        "224.0.0.1",
        "239.1.1.1",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "::127.0.0.1",
        "64:ff9b::7f00:1",
        "64:ff9b::169.254.169.254",
        "64:ff9b:1::1",
        "2002:7f00:1::",
        "2001:0:53aa:64c::1",
        "2001:db8::1",
        "fc00::1",
        "fd00:ec2::254",
        "fe80::1",
        "fe80::1%eth0",
        "fec0::1",
        "ff02::1",
        "100::1",
        "crm.example",
        "",
    ],
)
def test_what_is_not_the_public_internet_is_closed(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize(
    "address", ["1.1.1.1", "93.184.216.34", "2606:4700::1111", "::ffff:1.1.1.1", "64:ff9b::101:101", "2a00:1450::1"]
)
def test_the_public_internet_is_open(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("", "webhook_url"),
        ("crm.example/hooks", "webhook_url"),
        ("ftp://crm.example/", "webhook_url"),
        ("javascript:alert(1)", "webhook_url"),
        ("https://", "webhook_url"),
        ("https:///hooks", "webhook_url"),
        ("https://user:pass@crm.example/", "webhook_url"),
        ("https://user@crm.example/", "webhook_url"),
        ("https://crm.example/#part", "webhook_url"),
        ("https://crm.example:0/", "webhook_url"),
        ("https://crm.example:99999/", "webhook_url"),
        ("https://crm.example:abc/", "webhook_url"),
        ("https://crm.example/a b", "webhook_url"),
        ("https://crm.example/\r\nX-Evil: 1", "webhook_url"),
        ("https://crm.example\\@127.0.0.1/", "webhook_url"),
        ("https://crm.example/қ", "webhook_url"),
        ("https://crm..example/", "webhook_url"),
        ("https://-crm.example/", "webhook_url"),
        ("https://crm%2eexample/", "webhook_url"),
        ("https://[::1%25lo]/", "webhook_url_closed"),
        ("https://[::g]/", "webhook_url"),
        ("https://crm.example/" + "a" * 500, "webhook_url"),
        ("http://crm.example/", "webhook_url_https"),
        ("http://localhost:8000/", "webhook_url_https"),
        ("https://localhost/", "webhook_url_closed"),
        ("https://LOCALHOST./", "webhook_url_closed"),
        ("https://intranet/", "webhook_url_closed"),
        ("https://db.internal/", "webhook_url_closed"),
        ("https://a.localhost/", "webhook_url_closed"),
        ("https://127.0.0.1/", "webhook_url_closed"),
        ("https://127.1/", "webhook_url_closed"),
        ("https://0x7f.1/", "webhook_url_closed"),
        ("https://2130706433/", "webhook_url_closed"),
        ("https://0177.0.0.1/", "webhook_url_closed"),
        ("https://169.254.169.254/latest/", "webhook_url_closed"),
        ("https://[::ffff:127.0.0.1]/", "webhook_url_closed"),
        ("https://[::1]/", "webhook_url_closed"),
    ],
)
def test_an_address_is_refused_with_its_reason(url: str, code: str) -> None:
    with pytest.raises(WebhookUrlError) as refused:
        read_target(url)
    assert (refused.value.code, refused.value.field) == (code, "url")


@pytest.mark.parametrize(
    ("url", "target"),
    [
        ("https://crm.example", Target("crm.example", 443, True, "/", False)),
        ("https://CRM.Example.:8443/a/b?c=d", Target("crm.example", 8443, True, "/a/b?c=d", False)),
        ("https://почта.рф/x", Target("xn--80a1acny.xn--p1ai", 443, True, "/x", False)),
        ("https://[2606:4700::1111]/", Target("2606:4700::1111", 443, True, "/", False)),
        ("https://1.1.1.1/", Target("1.1.1.1", 443, True, "/", False)),
    ],
)
def test_an_address_is_taken_apart(url: str, target: Target) -> None:
    assert read_target(url) == target


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "[::1]"])
def test_in_a_trial_plain_http_goes_to_this_very_machine(host: str) -> None:
    target = read_target(f"http://{host}:9000/x", allow_local=True)
    assert (target.local, target.secure, target.authority) == (True, False, f"{host}:9000")


@pytest.mark.parametrize("url", ["http://crm.example/", "http://127.0.0.2/", "https://10.0.0.1/"])
def test_a_trial_opens_nothing_else(url: str) -> None:
    with pytest.raises(WebhookUrlError):
        read_target(url, allow_local=True)


def test_a_trial_is_an_installation_without_https() -> None:
    assert is_trial("http://localhost:8000")
    assert not is_trial("https://feedback.example")
