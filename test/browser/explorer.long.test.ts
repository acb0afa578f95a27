import type { AccountView, ProposalsView, WindowView } from '@montana/console'
import type { NodeStatus } from '@montana/node/settings'
import type { Browser, Page } from 'playwright-core'
import { expect, it, vi } from 'vitest'
import { temporaryFolder } from '../e2e/support/montana.js'
import { findChromium, NO_CHROMIUM } from '../setup/chromium.js'
import { launch, openPage } from './support/chromium.js'
import { type Devnet, said, startDevnet, statusOf } from './support/devnet.js'
import { LOOKS, portray } from './support/screenshots.js'

const PATIENCE_MS = 90_000
const patiently = (check: () => Promise<void>) => vi.waitFor(check, { timeout: PATIENCE_MS, interval: 250 })
const chromium = findChromium()
if (chromium === undefined) process.stderr.write(`skipped, the explorer in a browser: ${NO_CHROMIUM}\n`)

const text = async (page: Page, selector: string) => ((await page.locator(selector).first().textContent()) ?? '').trim()
/** Digits are written in groups. */
const digits = async (page: Page, selector: string) => Number((await text(page, selector)).replaceAll(/\D/g, ''))
const fact = (name: string) => `dd[data-fact="${name}"]`

async function search(page: Page, words: string): Promise<void> {
  await page.getByLabel('Window, node, account or hash').fill(words)
  await page.getByRole('button', { name: 'Find' }).click()
}

async function checkOverview(page: Page, devnet: Devnet): Promise<void> {
  await patiently(async () => expect(await digits(page, '[data-tile=cemented] .tile-value')).toBeGreaterThan(4))
  expect(await text(page, '[data-tile=members] .tile-value')).toBe('3 of 3')
  await patiently(async () => expect(await page.locator('[data-share]').count()).toBe(3))
  await patiently(async () => expect(await page.locator('[data-winner]').count()).toBeGreaterThan(3))
  expect(await page.locator('[data-member]').count()).toBe(3)
  await patiently(async () => expect(await text(page, '[data-live-peer=frankfurt]')).toMatch(/connected/))
  const { genesis_hash } = (await statusOf(devnet, 'moscow')) as NodeStatus
  await patiently(async () => expect(await text(page, '[data-panel=genesis]')).toContain(genesis_hash))
}

/** The list goes on by itself at its newest page, and stands still on an older one. */
async function checkPaging(page: Page, devnet: Devnet): Promise<void> {
  await page.goto(`${devnet.url}/#explorer`)
  const newest = () => digits(page, '[data-panel=windows] tbody th')
  await patiently(async () => expect(await newest()).toBeGreaterThan(13))
  const before = await newest()
  await page.getByRole('button', { name: 'Older' }).click()
  await patiently(async () => expect(await newest()).toBeLessThan(before))
  expect(await page.locator('[data-panel=windows] tbody tr').count()).toBeGreaterThan(0)
  await page.getByRole('button', { name: 'Newest' }).click()
  await patiently(async () => expect(await newest()).toBeGreaterThan(before))
}

async function checkWindow(page: Page, devnet: Devnet): Promise<void> {
  const view = await said<WindowView>(devnet, 'moscow', 'window/3')
  await search(page, '3')
  await page.waitForSelector('[data-panel=proposal]')
  expect(page.url()).toMatch(/#explorer\/window\/3$/)
  expect(await text(page, fact('Proposal hash'))).toBe(view.header.proposal_hash)
  expect(await text(page, fact('State root'))).toBe(view.header.state_root)
  expect(await text(page, fact('Proposer'))).toContain(view.header.proposer.label)
  expect(await page.locator('[data-panel=evidence] [data-bundle]').count()).toBe(view.evidence.length)
  expect(await page.locator('[data-panel=credited] [data-bundle]').count()).toBe(view.confirmers.length)
  const [first] = view.evidence
  expect(await digits(page, `[data-bundle="${first?.node_id}"] [data-name=Weight]`)).toBe(first?.weight)
  expect(await text(page, '[data-panel=evidence] .quorum')).toContain(`quorum is ${view.weights?.quorum}`)
  await page.getByRole('link', { name: '4 →' }).click()
  await page.waitForSelector('h2:has-text("Window 4")')
  await page.getByRole('link', { name: '← 3' }).click()
  await page.waitForSelector('h2:has-text("Window 3")')
}

async function checkSearch(page: Page, devnet: Devnet): Promise<void> {
  const { proposals } = await said<ProposalsView>(devnet, 'moscow', 'proposals?limit=5')
  const row = proposals.at(-1)
  await search(page, row?.proposal_hash ?? '')
  await page.waitForURL(new RegExp(`#explorer/window/${row?.window}$`))
  await search(page, 'Frankfurt')
  await page.waitForSelector('h2:has-text("Node frankfurt")')
  const { node_id } = (await statusOf(devnet, 'frankfurt')) as NodeStatus
  expect(await text(page, fact('Node id'))).toBe(node_id)
  await search(page, '1')
  await page.waitForSelector('h2:has-text("Window 1")')
  await search(page, node_id)
  await page.waitForSelector('h2:has-text("Node frankfurt")')
  await search(page, 'f'.repeat(64))
  await page.waitForSelector('[data-panel=found] .empty')
  await search(page, 'atlantis')
  await page.waitForSelector('[role=alert]:has-text("Not a window")')
  await search(page, '9999999')
  await page.waitForSelector('.empty:has-text("not cemented here")')
}

async function checkAccount(page: Page, devnet: Devnet): Promise<void> {
  const { account_id } = (await statusOf(devnet, 'moscow')) as NodeStatus
  const { address } = await said<AccountView>(devnet, 'moscow', `account/${account_id}`)
  await search(page, address)
  await page.waitForSelector('[data-proof=proven]')
  expect(page.url()).toMatch(new RegExp(`#explorer/account/${account_id}$`))
  expect(await text(page, fact('Balance'))).toMatch(/^[\d\u2009]+ Ɉ$/)
  expect(await text(page, fact('Operates'))).toBe('moscow')
  await page.goto(`${devnet.url}/#explorer/account/${'ab'.repeat(32)}`)
  await page.waitForSelector('[data-panel=account] .empty')
  await page.waitForSelector('[data-proof=proven]')
}

/** A node that lies about one digit of a balance is found out by the browser. */
async function checkLie(page: Page, devnet: Devnet): Promise<void> {
  const { account_id } = (await statusOf(devnet, 'moscow')) as NodeStatus
  await page.route('**/api/nodes/*/account/*', async (route) => {
    const answer = (await (await route.fetch()).json()) as AccountView
    const at = 2 * (32 + 4 + 32)
    const digit = answer.proof[at] === '0' ? '1' : '0'
    await route.fulfill({ json: { ...answer, proof: answer.proof.slice(0, at) + digit + answer.proof.slice(at + 1) } })
  })
  await page.goto(`${devnet.url}/#explorer/account/${account_id}`)
  await page.waitForSelector('[data-proof=refuted]')
  await page.unroute('**/api/nodes/*/account/*')
  await page.waitForSelector('[data-proof=proven]')
}

/** The node that is asked is killed: the page asks another, and goes on. */
async function checkKill(page: Page, devnet: Devnet): Promise<void> {
  await page.goto(`${devnet.url}/#explorer`)
  await page.getByLabel('As seen by').selectOption('helsinki')
  await page.waitForSelector('[data-light=helsinki]')
  await page.waitForSelector('[data-panel=live-peers]:has-text("Peers of helsinki")')
  const { proc } = (await statusOf(devnet, 'helsinki')) as NodeStatus
  process.kill(proc.pid, 'SIGKILL')
  await page.waitForSelector('[data-light]:not([data-light=helsinki])')
  await patiently(async () => expect(await text(page, '[data-live-peer=helsinki]')).toMatch(/no link|does not answer/))
}

async function portraits(browser: Browser, devnet: Devnet): Promise<string[]> {
  const { account_id } = (await statusOf(devnet, 'moscow')) as NodeStatus
  const sights = [
    { name: 'explorer', hash: 'explorer', ready: '[data-panel=windows] tbody tr' },
    { name: 'explorer-window', hash: 'explorer/window/3', ready: '[data-panel=evidence]' },
    { name: 'explorer-account', hash: `explorer/account/${account_id}`, ready: '[data-proof=proven]' },
  ]
  const faults: string[] = []
  for (const sight of sights) faults.push(...(await portray(browser, devnet.url, sight)))
  return faults
}

it.skipIf(chromium === undefined)(
  'shows the ledger as the nodes have it, finds what is looked for, and checks a proof itself',
  async () => {
    const devnet = await startDevnet(temporaryFolder(), ['--min-window-ms', '400', '--stall-timeout', '600'])
    const browser = await launch(chromium ?? '')
    const { page, complaints } = await openPage(browser, devnet.url, LOOKS.light)
    await page.goto(`${devnet.url}/#explorer`)
    await checkOverview(page, devnet)
    await checkWindow(page, devnet)
    await checkSearch(page, devnet)
    await checkAccount(page, devnet)
    await checkLie(page, devnet)
    expect(await portraits(browser, devnet)).toEqual([])
    const expected = complaints.filter((complaint) => !/404/.test(complaint))
    expect(expected).toEqual([])
    await checkPaging(page, devnet)
    await checkKill(page, devnet)
    devnet.child.kill('SIGINT')
    await devnet.finished
  },
  240_000,
)
