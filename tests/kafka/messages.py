"""Messages to and from a cluster, by messages_tool; see the frames there."""
import os
import struct
import subprocess
import sys

HEAD = struct.Struct("<qiii")
LENGTH = struct.Struct("<i")
PAIR = struct.Struct("<ii")
TOOL = os.path.abspath(sys.argv.pop(1)) if len(sys.argv) > 1 else None


class Mock:
    """A mock cluster with topics, as long as the object is open."""

    def __init__(self, brokers=1, **topics):
        self.process = subprocess.Popen(
            [TOOL, "mock", str(brokers)] + [f"{name}={count}" for name, count in topics.items()],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.brokers = self.process.stdout.readline().decode().strip()

    def close(self):
        self.process.stdin.close()
        self.process.stdout.close()
        self.process.wait(timeout=30)


def send(brokers, topic, messages):
    """Messages are (partition, value), with key, time in ms and headers, pairs of a name and a
    value, behind where they are wanted."""
    frames = []
    for partition, value, *more in messages:
        key = more[0] if more else b"k"
        time_ms = more[1] if len(more) > 1 else 0
        headers = b"".join(
            PAIR.pack(len(name), -1 if text is None else len(text)) + name + (text or b"")
            for name, text in (more[2] if len(more) > 2 else []))
        frames.append(HEAD.pack(time_ms, partition, -1 if key is None else len(key),
                                -1 if value is None else len(value)))
        frames.append(LENGTH.pack(len(headers)))
        frames += [key or b"", value or b"", headers]
    subprocess.run([TOOL, "send", brokers, topic], input=b"".join(frames), timeout=120, check=True)


def dump(brokers, topic, partitions):
    """(partition, key, value) of all messages, by partition and offset."""
    text = subprocess.run([TOOL, "dump", brokers, topic, str(partitions)], stdout=subprocess.PIPE,
                          timeout=120, check=True).stdout
    messages = []
    at = 0
    while at < len(text):
        _, partition, key_len, value_len = HEAD.unpack_from(text, at)
        at += HEAD.size
        key = None if key_len < 0 else text[at:at + key_len]
        at += max(key_len, 0)
        value = None if value_len < 0 else text[at:at + value_len]
        at += max(value_len, 0)
        messages.append((partition, key, value))
    return messages


def murmur2(key):
    """The partitioner's hash of Kafka's own clients."""
    mask = 0xffffffff
    m = 0x5bd1e995
    h = (0x9747b28c ^ len(key)) & mask
    whole = len(key) // 4 * 4
    for i in range(0, whole, 4):
        k = int.from_bytes(key[i:i + 4], "little") * m & mask
        k = (k ^ k >> 24) * m & mask
        h = (h * m & mask) ^ k
    if whole < len(key):
        h = (h ^ int.from_bytes(key[whole:], "little")) * m & mask
    h = (h ^ h >> 13) * m & mask
    return (h ^ h >> 15) & 0x7fffffff
