# Paho Python. signin.py URL VERSION TS USER PASSWORD CA CERT KEY ('' where none): one reading; otherwise says why it was not let in.
import sys
from urllib.parse import urlsplit

import paho.mqtt.client as mqtt

url, version, ts, user, password, ca, cert, key = sys.argv[1:9]
to = urlsplit(url)
protocol = mqtt.MQTTv5 if version == "5" else mqtt.MQTTv311
client = mqtt.Client(f"py{ts}", protocol=protocol, transport="websockets" if to.scheme in ("ws", "wss") else "tcp")
answers = []
client.on_connect = lambda c, d, f, code, p=None: answers.append(getattr(code, "value", code))
if user:
    client.username_pw_set(user, password)
if ca:
    client.tls_set(ca, cert or None, key or None)
client.connect(to.hostname, to.port, 60)
while not answers:
    client.loop(1)
if answers[0] != 0:
    sys.exit(f"refused {answers[0]}")
client.loop_start()
sent = client.publish("metering/v1/grid/E1/reading", '{"ts":%s,"value":1}' % ts, 1)
sent.wait_for_publish(20)
assert sent.is_published()
client.disconnect()
