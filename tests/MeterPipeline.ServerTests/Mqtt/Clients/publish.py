# Paho Python. publish.py PORT VERSION COUNT FIRST_MS: COUNT readings at each QoS, then a bad one whose rejection comes back as feedback.
import json
import sys
import threading

import paho.mqtt.client as mqtt
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

port, version, count, at = (int(a) for a in sys.argv[1:5])
v5 = version == 5
connected, subscribed, told = threading.Event(), threading.Event(), threading.Event()
feedback = []


def on_connect(client, data, flags, code, properties=None):
    assert code == 0, code
    connected.set()


def on_message(client, data, message):
    feedback.append(message)
    told.set()


def publishing():
    if not v5:
        return None
    properties = Properties(PacketTypes.PUBLISH)
    properties.UserProperty = ("firmware", "1.2")
    properties.CorrelationData = b"order-7"
    return properties


client = mqtt.Client("paho-py", **({"protocol": mqtt.MQTTv5} if v5 else {"clean_session": False}))
client.on_connect = on_connect
client.on_message = on_message
client.on_subscribe = lambda *a: subscribed.set()
client.connect("127.0.0.1", port, 60)
client.loop_start()
assert connected.wait(20)
client.subscribe("metering/v1/grid/feedback", 1)
assert subscribed.wait(20)

topic = "metering/v1/grid/E1/reading"
for qos in (0, 1, 2):
    sent = []
    for _ in range(count):
        at += 1000
        sent.append(client.publish(topic, json.dumps({"ts": at, "value": at // 1000}), qos, properties=publishing()))
    for message in sent:
        message.wait_for_publish(20)
        assert message.is_published()

client.publish(topic, "no json", 2, properties=publishing()).wait_for_publish(20)
assert told.wait(20)
rejection = json.loads(feedback[0].payload)
assert (rejection["client"], rejection["topic"], rejection["reason"]) == ("paho-py", topic, "bad-json"), rejection
if v5:
    assert feedback[0].properties.CorrelationData == b"order-7"
client.disconnect()
client.loop_stop()
