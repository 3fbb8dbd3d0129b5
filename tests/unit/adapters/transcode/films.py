"""Short films, made by FFmpeg when a test asks for them."""

import subprocess
from pathlib import Path

import av
import imageio_ffmpeg

SUBTITLES = """1
00:00:00,200 --> 00:00:01,000
Hello, sea.

2
00:00:01,500 --> 00:00:02,000
Goodbye.
"""


def run(*arguments: str) -> None:
    """FFmpeg, which must succeed."""
    subprocess.run(
        [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-y", *arguments],
        check=True,
        timeout=60,
        stdin=subprocess.DEVNULL,
    )


def a_film(
    path: Path,
    *,
    size: str = "320x240",
    rate: str = "25",
    seconds: float = 3,
    sound: bool = True,
    more: tuple[str, ...] = (),
) -> Path:
    """Moving test pictures with a tone."""
    pictures = ("-f", "lavfi", "-i", f"testsrc2=size={size}:rate={rate}:duration={seconds}")
    tone = ("-f", "lavfi", "-i", f"sine=frequency=440:sample_rate=44100:duration={seconds}")
    codecs = ("-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-shortest")
    run(*pictures, *(tone if sound else ()), *codecs, *more, str(path))
    return path


def a_film_on_its_side(path: Path) -> Path:
    """Pictures that lie on their side, and a note to turn them: as telephones write them."""
    lying = a_film(path.with_name(f"lying-{path.name}"))
    run("-display_rotation", "90", "-i", str(lying), "-c", "copy", str(path))
    return path


def a_film_with_subtitles(path: Path, *languages: str) -> Path:
    """A film with a text track for each language (ISO 639-2)."""
    plain = a_film(path.with_name(f"plain-{path.stem}.mp4"))
    text = path.with_name("text.srt")
    text.write_text(SUBTITLES, encoding="utf-8")
    inputs = [part for _ in languages for part in ("-i", str(text))]
    maps = [part for place in range(len(languages)) for part in ("-map", f"{place + 1}:s")]
    names = [
        part
        for place, language in enumerate(languages)
        for part in (f"-metadata:s:s:{place}", f"language={language}")
    ]
    codec = "mov_text" if path.suffix == ".mp4" else "srt"
    copied = ("-map", "0", *maps, "-c", "copy", "-c:s", codec, *names)
    run("-i", str(plain), *inputs, *copied, str(path))
    return path


def cut_off(path: Path, share: float) -> Path:
    """The same file, without its end."""
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * share)])
    return path


def frames_of(playlist: Path) -> tuple[int, int, int]:
    """Decode what a playlist names from end to end: frames, width, height; FFmpeg is silent."""
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-xerror", "-nostdin"]
    raw = ["-i", str(playlist), "-map", "0:v:0", "-f", "framecrc", "-"]
    done = subprocess.run([*command, *raw], capture_output=True, check=True, timeout=60, text=True)
    assert done.stderr == ""
    lines = done.stdout.splitlines()
    (size,) = [line.split()[-1] for line in lines if line.startswith("#dimensions 0:")]
    width, _, height = size.partition("x")
    return sum(not line.startswith("#") for line in lines), int(width), int(height)


def key_frames_of(folder: Path) -> list[float]:
    """Where the key frames of a rendition stand, in seconds."""
    whole = folder.parent / f"{folder.name}-whole.mp4"
    parts = [folder / "init.mp4", *sorted(folder.glob("*.m4s"))]
    whole.write_bytes(b"".join(part.read_bytes() for part in parts))
    with av.open(str(whole)) as container:
        return [
            round(float(packet.pts * packet.time_base), 3)
            for packet in container.demux(video=0)
            if packet.is_keyframe and packet.pts is not None
        ]
