"""Where the package's own data and the maps' assets lie, in a checkout and in a wheel."""

from __future__ import annotations

from pathlib import Path

from qxgeo.errors import Fault, OutputError, Text

FONT = "NotoSansSC_400Regular.ttf"  # of hatch_build.py's FILES
_PACKAGE = Path(__file__).parent


def data_dir() -> Path:
    """Find the folder of embedded data: inside a wheel, else beside the package in a checkout.

    Returns
    -------
    folder
        Holds ``plans/``, ``stations/``, ``boundaries/``, ``demo/`` and ``district.toml``.
    """
    packaged = _PACKAGE / "_data"
    return packaged if packaged.is_dir() else _PACKAGE.parent / "data"


def assets_dir() -> Path:
    """Find the folder of the maps' scripts, styles, icons and fonts, collected at build time.

    Returns
    -------
    folder
        ``qxgeo/_assets``; it is absent in a checkout that was never installed.
    """
    return _PACKAGE / "_assets"


def font_file() -> Path:
    """Find the Chinese font of the sheets, collected at build time.

    Returns
    -------
    file
        A TrueType font with some 30,000 characters, the rare ones of names among them.

    Raises
    ------
    OutputError
        If it is absent: the checkout was never installed, or before the font was added.
    """
    file = assets_dir() / FONT
    if not file.is_file():
        raise OutputError(
            Fault(
                file=f"qxgeo/_assets/{FONT}",
                problem=Text("缺少责任单所用的字体", "the font of the sheets is missing"),
                mend=Text(
                    "重新安装本程序（源码目录中运行 pip install -e .）",
                    "install the package again (in a checkout: pip install -e .)",
                ),
            )
        )
    return file
