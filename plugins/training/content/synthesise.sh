#!/usr/bin/env bash
# Reads every lesson that names an espeak-ng voice aloud and writes its audio file.
# Then writes the real length back into the lesson. Needs espeak-ng, ffmpeg and python3.
# Usage: ./synthesise.sh [course]
set -euo pipefail

cd "$(dirname "$0")"
course="${1:-founding}"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
mkdir -p "audio/$course"

# Prints what the voice reads. Arabic words get the vowel marks of reading.ar.json:
# without them the voice reads consonants only.
spoken() {
  python3 - "$1" "$course/reading.$2.json" <<'PY'
import json, os, re, sys

lesson = json.load(open(sys.argv[1], encoding="utf-8"))
reading = json.load(open(sys.argv[2], encoding="utf-8")) if os.path.exists(sys.argv[2]) else {}
lines = [lesson["title"]]
for block in lesson["blocks"]:
    lines += block["items"] if block["kind"] == "list" else [block["text"]]
text = "\n\n".join(line if line[-1] in ".?!:؟" else line + "." for line in lines)
text = re.sub(r"(?<=\d)\u00a0(?=\d{3})", "", text).replace("\u00a0", " ")
if reading:
    text = re.sub("[\u064b-\u0652]", "", text)
    words = "|".join(re.escape(word) for word in sorted(reading, key=len, reverse=True))
    text = re.sub(r"(?<!\w)(?:" + words + r")(?!\w)", lambda found: reading[found[0]], text)
print(text)
PY
}

for lesson in "$course"/lessons/*/*.json; do
  voice="$(python3 -c 'import json, sys; a = json.load(open(sys.argv[1], encoding="utf-8"))["audio"]; print(a["voice"] if a and a["kind"] == "synthesised" else "")' "$lesson")"
  [ -n "$voice" ] || continue
  language="$(basename "$lesson" .json)"
  code="$(basename "$(dirname "$lesson")")"
  audio="audio/$course/$code.$language.opus"
  spoken "$lesson" "$language" > "$work/text"
  espeak-ng -v "${voice#espeak-ng }" -s 135 -g 3 -f "$work/text" -w "$work/voice.wav"
  ffmpeg -nostdin -loglevel error -y -i "$work/voice.wav" -map_metadata -1 -ac 1 -ar 24000 \
    -c:a libopus -b:a 12k -application voip -fflags +bitexact -flags:a +bitexact "$audio"
  seconds="$(ffprobe -v error -show_entries format=duration -of csv=p=0 "$audio")"
  python3 - "$lesson" "$audio" "$seconds" <<'PY'
import json, sys

path, audio, seconds = sys.argv[1:]
lesson = json.load(open(path, encoding="utf-8"))
lesson["audio"]["file"] = audio
lesson["audio"]["seconds"] = round(float(seconds))
with open(path, "w", encoding="utf-8", newline="\n") as out:
    json.dump(lesson, out, ensure_ascii=False, indent=2)
    out.write("\n")
PY
  echo "$audio ${seconds}s"
done
