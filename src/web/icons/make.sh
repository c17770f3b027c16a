#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Makes the PNG icons from icon.svg, by rsvg-convert (package librsvg2-bin); run by hand after a change of it.
set -eu
cd "$(dirname "$0")"
# Maskable icons are cut to any shape: no round corners, and the drawing in the inner 80 %.
maskable=$(sed 's/ rx="116"//; s/<path/<path transform="translate(51.2 51.2) scale(.8)"/' icon.svg)
for size in 192 512; do rsvg-convert -w "$size" -h "$size" icon.svg -o "icon-$size.png"; done
printf '%s' "$maskable" | rsvg-convert -w 512 -h 512 -o icon-maskable-512.png
# iOS rounds the corners itself and paints what is transparent black.
sed 's/ rx="116"//' icon.svg | rsvg-convert -w 180 -h 180 -o icon-180.png
