// MQTT.js. signin.cjs URL VERSION TS USER PASSWORD CA CERT KEY ('' where none): one reading; otherwise says why it was not let in.
const fs = require('fs')
const mqtt = require('mqtt')

const [url, version, ts, user, password, ca, cert, key] = process.argv.slice(2)
const file = name => name ? fs.readFileSync(name) : undefined
const client = mqtt.connect(url, {
  protocolVersion: Number(version),
  reconnectPeriod: 0,
  username: user || undefined,
  password: user ? password : undefined,
  ca: file(ca),
  cert: file(cert),
  key: file(key),
})
client.on('error', error => { console.error(`refused ${error.code} ${error.message}`); process.exit(1) })
client.on('connect', async () => {
  await client.publishAsync('metering/v1/grid/E1/reading', `{"ts":${ts},"value":1}`, { qos: 1 })
  await client.endAsync()
  process.exit(0)
})
