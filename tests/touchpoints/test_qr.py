"""QR codes are read by a decoder that is not ours."""

import io
import re
from collections.abc import Callable
from xml.etree import ElementTree as ET

import numpy as np
import pytest
import zxingcpp
from PIL import Image

from app.kit.ids import CROCKFORD
from app.touchpoints.qr import BORDER, qr_address, qr_modules, qr_png, qr_svg, touchpoint_url

CODE = "7K3M9PXQ"
HOSTS = [
    "https://op.kz",
    "https://FB.OPERATOR.KZ",
    "https://Feedback.Example.kz",
    "http://localhost:8000",
    "http://192.168.1.20:8000",
    "https://feedback.bank-example.kz/",
]


def draw_svg(svg: bytes) -> Image.Image:
    """Draw the one path of our SVG as its renderer would: runs of whole modules on white."""
    root = ET.fromstring(svg)  # noqa: S314 -- our own document
    namespace = {"svg": "http://www.w3.org/2000/svg"}
    size = int(root.attrib["viewBox"].split()[2])
    light, dark = root.findall("svg:path", namespace)
    assert light.attrib == {"fill": "#fff", "d": f"M0 0h{size}v{size}H0z"}
    pixels = np.full((size, size), 255, dtype=np.uint8)
    runs = re.findall(r"M(\d+) (\d+)h(\d+)v1h-(\d+)z", dark.attrib["d"])
    assert "".join(f"M{x} {y}h{length}v1h-{back}z" for x, y, length, back in runs) == dark.attrib["d"]
    for x, y, length, back in runs:
        assert length == back
        pixels[int(y), int(x) : int(x) + int(length)] = 0
    return Image.fromarray(pixels).resize((size * 8, size * 8), Image.Resampling.NEAREST)


def open_png(png: bytes) -> Image.Image:
    return Image.open(io.BytesIO(png)).convert("L")


@pytest.mark.parametrize("base_url", HOSTS)
@pytest.mark.parametrize(
    "draw", [lambda address: open_png(qr_png(address)), lambda address: draw_svg(qr_svg(address))], ids=["png", "svg"]
)
def test_a_decoder_reads_the_address_in_capitals(base_url: str, draw: Callable[[str], Image.Image]) -> None:
    address = qr_address(base_url, CODE)
    [found] = zxingcpp.read_barcodes(draw(address))
    assert found.text == address == f"{base_url.rstrip('/').upper()}/Q/{CODE}"
    assert found.format == zxingcpp.BarcodeFormat.QRCode
    assert found.ec_level == "Q"


@pytest.mark.parametrize("base_url", HOSTS)
def test_codes_of_usual_hosts_have_25_to_29_modules_and_a_quiet_zone(base_url: str) -> None:
    rows = qr_modules(qr_address(base_url, CODE))
    assert len(rows) - 2 * BORDER in (25, 29)
    assert {len(row) for row in rows} == {len(rows)}
    edge = [*rows[:BORDER], *rows[-BORDER:], *(row[:BORDER] for row in rows), *(row[-BORDER:] for row in rows)]
    assert not any(any(modules) for modules in edge)


def test_any_code_stays_in_the_small_alphabet() -> None:
    sizes = {len(qr_modules(qr_address("https://fb.operator.kz", code))) for code in (CROCKFORD[:8], "0" * 8, "Z" * 8)}
    assert sizes == {29 + 2 * BORDER}


def test_a_host_in_cyrillic_is_carried_as_its_ascii_form() -> None:
    address = qr_address("https://отзыв.қаз", CODE)
    assert address == f"HTTPS://XN--B1AJUQ0C.XN--80AO21A/Q/{CODE}"
    [found] = zxingcpp.read_barcodes(open_png(qr_png(address)))
    assert found.text == address


def test_the_svg_is_well_formed_and_holds_shapes_only() -> None:
    svg = qr_svg(qr_address("https://op.kz/</svg><script>alert(1)</script>", CODE))
    root = ET.fromstring(svg)  # noqa: S314 -- our own document
    assert [element.tag.rpartition("}")[2] for element in root.iter()] == ["svg", "path", "path"]
    assert {name for element in root.iter() for name in element.attrib} == {
        *("width", "height", "viewBox", "shape-rendering", "fill", "d"),
    }


def test_an_image_is_drawn_once_for_an_address() -> None:
    address = qr_address("https://once.example", CODE)
    assert qr_png(address) is qr_png(address)
    assert qr_svg(address) is qr_svg(address)


def test_people_read_the_address_as_it_is_typed() -> None:
    assert touchpoint_url("https://fb.operator.kz/", CODE) == "https://fb.operator.kz/q/7K3M9PXQ"
