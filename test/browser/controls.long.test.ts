import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { AccountView, WindowView } from '@montana/console'
import type { NodeStatus } from '@montana/node/settings'
import type { Page } from 'playwright-core'
import { expect, it, vi } from 'vitest'
import { montana, temporaryFolder } from '../e2e/support/montana.js'
import { findChromium, NO_CHROMIUM } from '../setup/chromium.js'
import { accessibilityFaults } from './support/axe.js'
import { launch, openPage } from './support/chromium.js'
import { type Devnet, recordsOf, said, startDevnet, statusOf } from './support/devnet.js'
import { LOOKS } from './support/screenshots.js'

const PATIENCE_MS = 90_000
const patiently = (check: () => unknown) => vi.waitFor(check, { timeout: PATIENCE_MS, interval: 250 })
const chromium = findChromium()
if (chromium === undefined) process.stderr.write(`skipped, every control in a browser: ${NO_CHROMIUM}\n`)

const MIB = 2 ** 20
/** Each tab with something that stands in no other. */
const TABS = [
  ['Mesh', '[data-panel=resources]'],
  ['Explorer', '[data-panel=windows]'],
  ['Failover', '.empty:has-text("--failover-socket")'],
  ['Integrations', '.empty:has-text("No repository is mirrored here")'],
  ['Soak', '[data-tile=coverage]'],
] as const

const text = async (page: Page, selector: string) => ((await page.locator(selector).first().textContent()) ?? '').trim()
const fact = (page: Page, name: string) => text(page, `dd[data-fact="${name}"]`)
const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true })

async function isShown(page: Page, [name, content]: readonly [string, string]): Promise<void> {
  await page.waitForSelector(`#view[aria-labelledby=tab-${name.toLowerCase()}] ${content}`, { timeout: PATIENCE_MS })
  expect(new URL(page.url()).hash).toBe(`#${name.toLowerCase()}`)
  expect(await page.getByRole('tab', { selected: true }).allTextContents()).toEqual([name])
}

/** By pointer, then by keys: one stop of the Tab key, and arrows that go round. */
async function checkTabs(page: Page): Promise<void> {
  for (const tab of TABS.toReversed()) {
    await page.getByRole('tab', { name: tab[0] }).click()
    await isShown(page, tab)
  }
  const focused = () => page.evaluate<string>('document.activeElement.textContent')
  const keys = [
    ...(['ArrowRight', 'ArrowRight', 'ArrowRight', 'ArrowRight', 'ArrowRight', 'ArrowLeft'] as const),
    ...(['ArrowLeft', 'Home', 'End'] as const),
  ]
  const places = [1, 2, 3, 4, 0, 4, 3, 0, 4]
  for (const [step, key] of keys.entries()) {
    const tab = TABS[places[step] ?? 0] ?? TABS[0]
    await page.keyboard.press(key)
    await isShown(page, tab)
    expect(await focused()).toBe(tab[0])
  }
  await page.keyboard.press('Tab')
  expect(await page.evaluate<string | null>('document.activeElement.getAttribute("role")')).not.toBe('tab')
}

/** Nothing is unlocked before the console has said that the token is right; Escape and Cancel change nothing. */
async function checkUnlock(page: Page, { dir }: Devnet): Promise<void> {
  const dialog = page.getByRole('dialog')
  const verb = dialog.getByRole('button', { name: 'Unlock', exact: true })
  await button(page, 'Unlock').focus()
  await page.keyboard.press('Enter')
  await dialog.waitFor()
  await page.keyboard.press('Escape')
  await dialog.waitFor({ state: 'detached' })
  expect(await page.evaluate<string>('document.activeElement.textContent')).toBe('Unlock')
  await button(page, 'Unlock').click()
  for (const wrong of ['', 'a-token-of-nobody-0123456789', 'ключ']) {
    await dialog.getByLabel('Token').fill(wrong)
    await verb.click()
    await patiently(async () => expect(await dialog.getByRole('alert').textContent()).toMatch(/^TOKEN /))
    expect(await dialog.getByLabel('Token').inputValue()).toBe(wrong)
  }
  expect(await accessibilityFaults(page)).toEqual([])
  await dialog.getByRole('button', { name: 'Cancel' }).click()
  expect(await page.evaluate('sessionStorage.length')).toBe(0)
  await button(page, 'Unlock').click()
  await dialog.getByLabel('Token').fill(readFileSync(join(dir, 'console.token'), 'utf8'))
  await verb.click()
  await button(page, 'Lock').click()
  await button(page, 'Unlock').waitFor()
  expect(await page.evaluate('sessionStorage.length')).toBe(0)
}

/** The pointer and the arrows choose a window of the strip; what is told of it is what the node says. */
async function checkStrip(page: Page, devnet: Devnet): Promise<void> {
  await page.getByRole('tab', { name: 'Mesh' }).click()
  const shown = async () => Number(await page.getByRole('slider').getAttribute('aria-valuenow'))
  const newest = async () => Number(await page.getByRole('slider').getAttribute('aria-valuemax'))
  await patiently(async () => expect(await newest()).toBeGreaterThan(8))
  await page.getByRole('slider').focus()
  await page.keyboard.press('ArrowLeft')
  await patiently(async () => expect(await shown()).toBeLessThan(await newest()))
  const first = await shown()
  await page.keyboard.press('ArrowLeft')
  await patiently(async () => expect(await shown()).toBe(first - 1))
  await page.keyboard.press('ArrowRight')
  await patiently(async () => expect(await shown()).toBe(first))
  expect(await text(page, '.strip-words strong')).toBe(`${first}`)
  const hash = await text(page, '.strip-words code')
  expect(JSON.stringify(await statusOf(devnet, 'moscow'))).toContain(`"${hash}`)
  await page.keyboard.press('End')
  await patiently(async () => expect(await shown()).toBe(await newest()))
  await page.locator('.bar-slot').nth(1).hover()
  await patiently(async () => expect(await shown()).toBeLessThan((await newest()) - 1))
  await page.mouse.move(0, 0)
  await patiently(async () => expect(await shown()).toBe(await newest()))
}

const LINKS = {
  '': [
    ['windows', 'window'],
    ['windows', 'node'],
    ['shares', 'node'],
    ['winners', 'window'],
    ['members', 'node'],
    ['members', 'account'],
    ['genesis', 'node'],
  ],
  '/window/3': [
    ['proposal', 'window'],
    ['proposal', 'node'],
    ['evidence', 'node'],
    ['credited', 'node'],
  ],
  '/account/ACCOUNT': [
    ['account', 'node'],
    ['proof', 'window'],
  ],
  '/node/NODE': [
    ['node', 'window'],
    ['node', 'account'],
  ],
} as const

/** What a link leads to is what it says, as the node has it. */
const ARRIVED = {
  window: async (page: Page, devnet: Devnet, id: string) => {
    const { header } = await said<WindowView>(devnet, 'moscow', `window/${id}`)
    await patiently(async () => expect(await fact(page, 'Proposal hash')).toBe(header.proposal_hash))
  },
  node: async (page: Page, devnet: Devnet, id: string) => {
    const { account_id } = await said<{ account_id: string }>(devnet, 'moscow', `node/${id}`)
    await patiently(async () =>
      expect([await fact(page, 'Node id'), await fact(page, 'Account')]).toEqual([id, account_id]),
    )
  },
  account: async (page: Page, devnet: Devnet, id: string) => {
    const { address } = await said<AccountView>(devnet, 'moscow', `account/${id}`)
    await patiently(async () => expect(await fact(page, 'Address')).toBe(address))
    await page.waitForSelector('[data-proof=proven]', { timeout: PATIENCE_MS })
  },
}

async function checkLinks(page: Page, devnet: Devnet): Promise<void> {
  const { node_id, account_id } = (await statusOf(devnet, 'moscow')) as NodeStatus
  for (const [place, links] of Object.entries(LINKS)) {
    const hash = `#explorer${place.replace('ACCOUNT', account_id).replace('NODE', node_id)}`
    for (const [panel, kind] of links) {
      await page.goto(`${devnet.url}/${hash}`)
      await followLink(page, devnet, panel, kind)
      await page.getByRole('link', { name: '← Explorer' }).click()
      await page.waitForSelector('[data-panel=windows]')
      expect(new URL(page.url()).hash).toBe('#explorer')
    }
  }
}

/** The lists go on meanwhile: the newest entry is the one that stays longest. */
async function followLink(page: Page, devnet: Devnet, panel: string, kind: keyof typeof ARRIVED): Promise<void> {
  const within = `[data-panel=${panel}]`
  const link = page.locator(`${within} a[href^="#explorer/${kind}/"]`).first()
  const href = (await link.getAttribute('href', { timeout: PATIENCE_MS })) ?? ''
  await page.locator(`${within} a[href="${href}"]`).first().click()
  expect(new URL(page.url()).hash).toBe(href)
  await ARRIVED[kind](page, devnet, href.split('/').at(-1) ?? '')
  expect(await page.evaluate<string>('document.activeElement.tagName')).toBe('H2')
}

/** What is folded unfolds, to what the node says. */
async function checkFolds(page: Page, devnet: Devnet): Promise<void> {
  await page.goto(`${devnet.url}/#explorer`)
  const { params } = await said<{ params: object }>(devnet, 'moscow', 'genesis')
  const parameters = page.locator('[data-panel=genesis] details')
  await parameters.locator('summary').click()
  expect(await parameters.locator('dt').allTextContents()).toEqual(Object.keys(params))
  expect(await parameters.locator('dd').first().isVisible()).toBe(true)
  await page.goto(`${devnet.url}/#explorer/window/3`)
  const { header } = await said<WindowView>(devnet, 'moscow', 'window/3')
  const root = page.locator('dd[data-fact="Node root"]')
  await page.locator('[data-panel=proposal] summary').click()
  await patiently(async () => expect(await root.isVisible()).toBe(true))
  expect(await root.textContent()).toBe(header.node_root)
}

/** The values below all charts are those under the pointer of any of them. */
async function checkCharts(page: Page, devnet: Devnet): Promise<void> {
  await page.getByRole('tab', { name: 'Soak' }).click()
  const over = page.locator('[data-chart=lag] .u-over')
  await over.waitFor({ timeout: PATIENCE_MS })
  await patiently(() => expect(recordsOf(devnet).length).toBeGreaterThan(5))
  const box = await over.boundingBox()
  if (!box) throw new Error('the chart has no place')
  const [first] = recordsOf(devnet)
  const bytes = first?.nodes.find(({ label }) => label === 'moscow')?.res?.rss
  const wanted = bytes == null ? '—' : `${Math.round(Number(bytes) / MIB)} MiB`
  await patiently(async () => {
    await page.mouse.move(box.x + 3, box.y + 20)
    await page.mouse.move(box.x + 1, box.y + 20)
    expect(await text(page, '[data-chart=rss] [data-value=moscow]')).toBe(wanted)
  })
  await page.mouse.move(0, 0)
}

/** The page follows the scheme of the system while it is open: colours change, and charts are drawn anew. */
async function checkScheme(page: Page): Promise<void> {
  const ground = () => page.evaluate<string>('getComputedStyle(document.body).backgroundColor')
  const light = await ground()
  await page.evaluate('document.querySelector("[data-chart=lag] canvas").dataset.drawn = "light"')
  await page.emulateMedia({ colorScheme: 'dark' })
  await patiently(async () => expect(await ground()).not.toBe(light))
  await page.waitForSelector('[data-chart=lag] canvas:not([data-drawn])', { timeout: PATIENCE_MS })
  expect(await accessibilityFaults(page)).toEqual([])
  await page.emulateMedia({ colorScheme: 'light' })
  await patiently(async () => expect(await ground()).toBe(light))
}

/** A report that is written now shows without a reload; its link and that of the alerts lead there. */
async function checkReport(page: Page, { dir, url }: Devnet): Promise<void> {
  const { stdout } = await montana(['soak', 'report', '--data-dir', dir, '--json'])
  const { verdict } = JSON.parse(stdout) as { verdict: string }
  await patiently(async () => expect(await text(page, '[data-panel=report] .closing')).toContain(verdict))
  await page.getByRole('link', { name: 'read it whole' }).click()
  await page.waitForURL(`${url}/report/report.html`)
  expect(await page.locator('body').textContent()).toContain(verdict)
  await page.goBack()
  await page.getByRole('tab', { name: 'Mesh' }).click()
  const link = page.locator('[data-panel=alerts] a[href="#soak"]')
  await link.waitFor({ timeout: PATIENCE_MS })
  await link.click()
  await isShown(page, ['Soak', '[data-panel=findings]'])
}

/** From the foot of the page to the description of the API, through everything that unfolds there, and back. */
async function checkApi(page: Page, { url }: Devnet): Promise<void> {
  await page.getByRole('contentinfo').getByRole('link', { name: 'API' }).click()
  await page.waitForURL(`${url}/api/docs`)
  await page.waitForSelector('[data-panel=get-api-mesh]')
  const { paths } = (await (await fetch(`${url}/api/openapi.json`)).json()) as { paths: Record<string, object> }
  const operations = Object.values(paths).flatMap((methods) => Object.keys(methods))
  expect(await page.locator('[data-panel]').count()).toBe(operations.length)
  const shapes = page.locator('details.docs-shape')
  expect(await shapes.count()).toBeGreaterThan(operations.length / 2)
  for (const shape of await shapes.all()) {
    await shape.locator('summary').click()
    expect(await shape.locator('.docs-members, .docs-type').first().isVisible()).toBe(true)
  }
  expect(await accessibilityFaults(page)).toEqual([])
  await page.getByRole('link', { name: 'openapi.json' }).click()
  expect(JSON.parse((await page.locator('body').textContent()) ?? '')).toMatchObject({ paths: expect.anything() })
  await page.goBack()
  await page.getByRole('link', { name: 'to the console' }).click()
  await page.waitForSelector('#view[aria-labelledby=tab-mesh] [data-panel=resources]')
}

it.skipIf(chromium === undefined)(
  'every tab, link and control that reads does what it says',
  async () => {
    const quick = ['--min-window-ms', '400', '--poll-every', '1', '--stall-timeout', '600']
    const devnet = await startDevnet(temporaryFolder(), quick)
    const browser = await launch(chromium ?? '')
    const { page, complaints } = await openPage(browser, devnet.url, LOOKS.light)
    const missing: string[] = []
    page.on('response', (response) => {
      if (response.status() === 404) missing.push(new URL(response.url()).pathname)
    })
    await page.goto(devnet.url)
    await page.waitForSelector('[data-link=live]', { timeout: PATIENCE_MS })
    await checkTabs(page)
    await checkUnlock(page, devnet)
    await checkStrip(page, devnet)
    await checkLinks(page, devnet)
    await checkFolds(page, devnet)
    await checkCharts(page, devnet)
    await checkScheme(page)
    await checkReport(page, devnet)
    await checkApi(page, devnet)
    // A browser asks for an icon of what is no page, such as the description of the API as data.
    expect(missing.filter((path) => path !== '/favicon.ico')).toEqual([])
    expect(complaints.filter((complaint) => !/status of 40[14]/.test(complaint))).toEqual([])
    devnet.child.kill('SIGINT')
    expect((await devnet.finished).code).toBe(0)
  },
  420_000,
)
