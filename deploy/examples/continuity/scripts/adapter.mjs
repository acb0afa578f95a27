const { ADAPTER_MOCK_MODE = 'true', MAIL_URL, MAIL_TOKEN } = process.env

/** Sends for real only where the gate says so in so many words; anything else is a rehearsal. */
export async function send(message) {
  if (ADAPTER_MOCK_MODE !== 'false') return log(`rehearsed ${message.id}`)
  const headers = { authorization: `Bearer ${MAIL_TOKEN}`, 'content-type': 'application/json' }
  const answer = await fetch(MAIL_URL, { method: 'POST', headers, body: JSON.stringify(message) })
  if (!answer.ok) throw new Error(`the mail service answers ${answer.status}`)
  log(`sent ${message.id}`)
}

function log(line) {
  process.stdout.write(`${line}\n`)
}
