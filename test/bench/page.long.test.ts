import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, it, onTestFinished } from 'vitest'
import { launch } from '../browser/support/chromium.js'
import { portray } from '../browser/support/screenshots.js'
import { findChromium, NO_CHROMIUM } from '../setup/chromium.js'
import { clockTables } from './src/clock/tables.js'
import { renderPage } from './src/suite/page/page.js'
import { fullResults } from './support/results.js'

const DEADLINE_MS = 120_000
const clock = { name: 'clock', summary: '', run: () => Promise.reject(), render: () => '', tables: clockTables }

async function served(html: string): Promise<string> {
  const server = createServer((_, response) => response.setHeader('content-type', 'text/html').end(html))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

it(
  'the page holds its policy, its width and WCAG 2.2 AA in light, dark and at 360 px',
  async (context) => {
    const browser = await launch(findChromium() ?? context.skip(NO_CHROMIUM))
    const origin = await served(renderPage(fullResults(), [clock]))
    expect(await portray(browser, origin, { name: 'bench', hash: '', ready: '#goals table' })).toEqual([])
  },
  DEADLINE_MS,
)
