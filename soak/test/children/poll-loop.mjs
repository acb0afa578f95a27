// Polls one node as fast as it can; prints the sequence number of each record once it is durable.
import { createPoller } from '@montana/soak'

const [path, statusUrl, rotateBytes, spoolDir] = process.argv.slice(2)
const limits = rotateBytes === undefined ? {} : { rotateBytes: Number(rotateBytes), spoolDir }
const poller = createPoller({ path, nodes: [{ label: 'moscow', statusUrl }], ...limits })
for (;;) process.stdout.write(`${(await poller.poll()).seq}\n`)
