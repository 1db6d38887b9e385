#!/bin/sh
# Make sure that a Chromium, a Chinese font, GDAL's viewshed and PostgreSQL's server are there for the
# tests, or say what is missing.
set -u

has_browser() {
    [ -n "${QXGEO_CHROMIUM:-}" ] && [ -x "$QXGEO_CHROMIUM" ] && return 0
    for name in chromium chromium-browser google-chrome chrome msedge; do
        command -v "$name" >/dev/null 2>&1 && return 0
    done
    return 1
}

has_font() {
    # Only a Linux machine may lack one; the tests pass without, the pictures show boxes.
    [ "$(uname -s)" != Linux ] && return 0
    command -v fc-list >/dev/null 2>&1 && [ -n "$(fc-list :lang=zh family 2>/dev/null)" ]
}

has_viewshed() {
    command -v gdal_viewshed >/dev/null 2>&1
}

has_postgres() {
    command -v initdb >/dev/null 2>&1 || ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1
}

packages=""
has_browser || packages="chromium"
has_font || packages="$packages fontconfig fonts-wqy-microhei"
has_viewshed || packages="$packages gdal-bin"
has_postgres || packages="$packages postgresql"
[ -z "$packages" ] && exit 0

become=""
if [ "$(id -u)" -ne 0 ]; then
    if sudo -n true 2>/dev/null; then become="sudo -n"; else become="no"; fi
fi
if [ "$become" != no ] && command -v apt-get >/dev/null 2>&1; then
    echo "安装测试所需软件包 / installing for the tests: $packages"
    # shellcheck disable=SC2086  # lists of words
    { $become apt-get update -qq && DEBIAN_FRONTEND=noninteractive \
        $become apt-get install -y -qq --no-install-recommends $packages; } >/dev/null ||
        echo "安装失败 / the installation failed"
fi

has_browser || echo "缺少 Chromium：浏览器测试将跳过。请安装，或设置 QXGEO_CHROMIUM" \
    "/ no Chromium: browser tests will be skipped; install one or set QXGEO_CHROMIUM"
has_viewshed || echo "缺少 gdal_viewshed（GDAL 命令行工具）：通视对照测试将跳过" \
    "/ no gdal_viewshed (GDAL's command line tools): the viewshed comparison will be skipped"
has_postgres || echo "缺少 PostgreSQL 服务程序：账本在服务器上的测试将跳过" \
    "/ no PostgreSQL server (postgresql): tests of a ledger on a server will be skipped"
has_font || echo "缺少中文字体 / no Chinese font (e.g. fonts-wqy-microhei)"
exit 0
