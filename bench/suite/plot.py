"""Small plots as SVG: bars, and curves over a logarithmic axis."""
import math
from html import escape

WIDTH, LEFT, RIGHT = 760, 210, 70
COLOURS = {"wend": "#1f6f8b", "peer": "#b0a18f", "ceiling": "#d8d8d8"}
STYLE = ('<style>text{font:13px sans-serif;fill:#222}.small{font-size:11px;fill:#555}'
         'line,polyline{stroke:#999;fill:none}</style>')


def text(x, y, content, anchor="start", small=False):
    kind = ' class="small"' if small else ""
    place = f'x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"'
    return f"<text {place}{kind}>{escape(content)}</text>"


def document(height, parts):
    return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" '
            f'width="{WIDTH}" height="{height}">{STYLE}'
            f'<rect width="{WIDTH}" height="{height}" fill="#fff"/>' + "\n".join(parts) +
            "</svg>\n")


def bars(title, rows, unit):
    """rows: (label, kind, median, least, most)."""
    top, step = 40, 26
    most = max((row[4] for row in rows), default=1) or 1
    scale = (WIDTH - LEFT - RIGHT) / most
    parts = [text(10, 22, f"{title} ({unit})")]
    for number, (label, kind, median, low, high) in enumerate(rows):
        y = top + number * step
        parts.append(text(LEFT - 8, y + 14, label, "end"))
        parts.append(f'<rect x="{LEFT}" y="{y}" width="{median * scale:.1f}" height="18" '
                     f'fill="{COLOURS[kind]}"/>')
        parts.append(f'<line x1="{LEFT + low * scale:.1f}" x2="{LEFT + high * scale:.1f}" '
                     f'y1="{y + 9}" y2="{y + 9}" style="stroke:#222"/>')
        parts.append(text(LEFT + high * scale + 6, y + 14, f"{median:.2f}", small=True))
    return document(top + step * len(rows) + 10, parts)


def short(number):
    for unit, size in (("M", 10**6), ("k", 10**3)):
        if number >= size:
            return f"{number / size:g}{unit}"
    return f"{number:g}"


def curve(title, points, x_label, y_label):
    """points: (x, y), x on a logarithmic axis."""
    height, left, bottom, top = 320, 70, 50, 45
    low, high = math.log10(points[0][0]), math.log10(points[-1][0])
    most = max(y for _, y in points) * 1.1

    def place(x, y):
        share = (math.log10(x) - low) / max(high - low, 1e-9)
        return (left + share * (WIDTH - left - 40),
                height - bottom - y / most * (height - bottom - top))

    parts = [text(10, 22, title), text(WIDTH / 2, height - 8, x_label, "middle", small=True),
             text(10, top - 6, y_label, small=True)]
    for number in range(5):
        value = most * number / 4
        y = place(points[0][0], value)[1]
        parts.append(f'<line x1="{left}" x2="{WIDTH - 40}" y1="{y:.1f}" y2="{y:.1f}" '
                     'style="stroke:#e5e5e5"/>')
        parts.append(text(left - 8, y + 4, f"{value:.0f}", "end", small=True))
    placed = [place(x, y) for x, y in points]
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in placed)
    parts.append(f'<polyline points="{line}" style="stroke:{COLOURS["wend"]};stroke-width:2"/>')
    for (x, y), (real_x, real_y) in zip(placed, points):
        parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5" fill="{COLOURS["wend"]}"/>')
        parts.append(text(x, y - 9, f"{real_y:.0f}", "middle", small=True))
        parts.append(text(x, height - bottom + 18, short(real_x), "middle", small=True))
    return document(height, parts)
