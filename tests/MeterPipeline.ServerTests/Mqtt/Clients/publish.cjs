// MQTT.js. publish.cjs URL VERSION COUNT FIRST_MS: COUNT readings at each QoS; in version 5 with topic aliases that the client assigns by itself.
const mqtt = require('mqtt')

const [url, version, count, first] = process.argv.slice(2)
const v5 = version === '5'
let at = Number(first)

const client = mqtt.connect(url, {
  protocolVersion: v5 ? 5 : 4,
  reconnectPeriod: 0,
  connectTimeout: 20000,
  autoAssignTopicAlias: v5,
})
const fail = error => { console.error(error); process.exit(1) }
client.on('error', fail)
client.on('disconnect', packet => fail(new Error(`shown out: ${packet.reasonCode}`)))
client.on('connect', async () => {
  try {
    for (const qos of [0, 1, 2]) {
      const sent = []
      for (let i = 0; i < Number(count); i++) {
        at += 1000
        const properties = v5 ? { userProperties: { firmware: '1.2' } } : undefined
        sent.push(client.publishAsync('metering/v1/grid/E1/reading', JSON.stringify({ ts: at, value: at / 1000 }), { qos, properties }))
      }
      await Promise.all(sent)
    }
    await client.endAsync()
    process.exit(0)
  } catch (error) {
    fail(error)
  }
})
