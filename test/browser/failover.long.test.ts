import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { startConsole } from '@montana/console'
import type { FailoverStatus } from '@montana/failover'
import { type Group, HOSTS } from '@montana/trials'
import type { Browser, Page } from 'playwright-core'
import { expect, it, onTestFinished, vi } from 'vitest'
import { montana } from '../e2e/support/montana.js'
import { findChromium, NO_CHROMIUM } from '../setup/chromium.js'
import { accessibilityFaults } from './support/axe.js'
import { launch, openPage } from './support/chromium.js'
import { type GroupConsole, startGroup, startGroupConsole, startReadOnlyConsole } from './support/failover-group.js'
import { LOOKS, portray } from './support/screenshots.js'

/** For what the page shows in the end: on a busy host an agent may take its time. */
const PATIENCE_MS = 60_000
const HOUR_MS = 3_600_000
const patiently = (check: () => unknown) => vi.waitFor(check, { timeout: PATIENCE_MS, interval: 250 })

const chromium = findChromium()
if (chromium === undefined) process.stderr.write(`skipped, failover in a browser: ${NO_CHROMIUM}\n`)

/** Whose agents the console asks; one host is known from the others only. */
const ASKED = HOSTS.filter((host) => host !== 'novosibirsk')
const BREATHING = ['almaty', 'spb']

const text = async (page: Page, selector: string) => ((await page.locator(selector).first().textContent()) ?? '').trim()
const tile = (page: Page, name: string) => text(page, `[data-tile=${name}] .tile-value`)
const place = (page: Page, host: string) => text(page, `[data-panel=chain-serve] [data-place=${host}] .place-state`)
const press = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).click()
const leaderShown = async (page: Page) => (await tile(page, 'leader-serve')).replace(/^\W+/, '')

/** What the agent of a host says on the command line. */
async function statusOf({ layout }: Group, host: string): Promise<FailoverStatus> {
  const { stdout } = await montana(['failover', 'status', '--json', '--socket', layout.socket(host)])
  return JSON.parse(stdout)
}

/** A dialog with its reason, and with the name typed where one is asked for. */
async function fill(page: Page, reason: string, typed?: string): Promise<void> {
  await page.getByLabel('Reason').fill(reason)
  if (typed !== undefined) await page.getByLabel(/^Type /).fill(typed)
}

/** Presses the button of the dialog until it is done: an agent of a busy host may not be fit at once, and says so. */
async function carryOut(page: Page, verb: string): Promise<void> {
  const dialog = page.getByRole('dialog')
  await patiently(async () => {
    const button = dialog.getByRole('button', { name: verb, exact: true })
    if ((await button.count()) > 0) await button.click({ timeout: 1_000 })
    const refusal = await dialog.textContent({ timeout: 250 }).catch(() => null)
    expect(refusal).toBeNull()
  })
}

const ASKED_NAMES: readonly string[] = ASKED
const hostsOf = (found: Element[]) => found.map((one) => (one as HTMLElement).dataset.place ?? '')

const picture = (page: Page, name: string) =>
  page.screenshot({ path: join(import.meta.dirname, 'screenshots', `${name}.png`), fullPage: true })

async function checkState(page: Page, group: Group): Promise<void> {
  await patiently(async () => {
    const { policies } = await statusOf(group, 'almaty')
    const leader = policies.serve?.leader
    expect(await leaderShown(page)).toBe(leader?.host)
    expect(await text(page, '[data-panel=chain-serve] [data-fact=epoch] dd')).toBe(leader?.epochText)
    expect(await place(page, leader?.host ?? '')).toMatch(/leads$/)
    expect(await text(page, '[data-panel=chain-serve] .panel-aside')).toBe('moves within 7 s, failback never')
    expect(await text(page, '[data-panel=chain-serve] [data-fact=standing] dd')).toBe('majority')
    expect(await text(page, '[data-panel=chain-serve] [data-fact=lease] dd')).toMatch(/^[01]\.\d s$/)
    expect(await tile(page, 'leader-coordinate')).toContain(policies.coordinate?.leader?.host)
    expect([await tile(page, 'hosts'), await tile(page, 'witnesses')]).toEqual(['●5 of 5', '●3 of 3'])
    expect(await text(page, '.verdict-title')).toBe('●Safe: nothing to do')
    expect(await text(page, '.verdict-who')).toMatch(
      new RegExp(`^${leader?.host} leads serve(, \\S+ leads| and) coordinate\\. .* within 7 s\\.$`),
    )
  })
  for (const by of ASKED) {
    for (const host of HOSTS.filter((one) => one !== by)) {
      expect(await text(page, `[data-probe=${by}-${host}]`), `${by} hears ${host}`).toMatch(/^[\d.]+ s[\d.—]+$/)
    }
    for (const name of ['w1', 'w2', 'w3'])
      expect(await text(page, `[data-witness=${by}-${name}]`)).toMatch(/^[\d.]+ s$/)
  }
}

async function checkBreathing(page: Page, group: Group): Promise<void> {
  const cell = (host: string, name: string) => text(page, `[data-breath=${host}] [data-cell=${name}]`)
  await patiently(async () => {
    for (const host of BREATHING) {
      const { breathing } = await statusOf(group, host)
      expect(await cell(host, 'state')).toBe('●in step')
      expect(await cell(host, 'head')).toBe(breathing?.head?.slice(0, 8))
      expect(await cell(host, 'inhale')).toMatch(/^\d\d:\d\d:\d\d$/)
      expect(await cell(host, 'exhale')).toMatch(/^\d\d:\d\d:\d\d$/)
      expect(await cell(host, 'conflicts')).toBe('0')
    }
    expect(await cell('amsterdam', 'state')).toMatch(/off$/)
    expect(await cell('novosibirsk', 'state')).toBe('not asked here')
  })
}

async function checkTimeline(page: Page): Promise<void> {
  const leader = await leaderShown(page)
  await patiently(async () => {
    expect(await text(page, `[data-change=serve-${leader}-acting] .why`)).toMatch(/^(D6 chain|handover)/)
    expect(await page.locator('.tenure').count()).toBeGreaterThanOrEqual(2)
  })
}

async function unlock(page: Page, token: string): Promise<void> {
  for (const name of ['Move serve', 'Pause'])
    expect(await page.getByRole('button', { name, exact: true }).isDisabled()).toBe(true)
  await press(page, 'Unlock')
  await page.getByLabel('Token').fill(token)
  await carryOut(page, 'Unlock')
}

/** Moves the role by hand, after another name was typed; nothing is shown before the agents say so. */
async function checkMove(page: Page, group: Group, { auditPath }: GroupConsole): Promise<string> {
  const from = await leaderShown(page)
  const to = ASKED.find((host) => host !== from) ?? ''
  await press(page, 'Move serve')
  await page.getByLabel('To', { exact: true }).selectOption(to)
  await fill(page, 'maintenance of its host', 'another')
  const move = page.getByRole('button', { name: 'Move', exact: true })
  expect(await move.isDisabled()).toBe(true)
  expect(await text(page, '.missing-field')).toBe(`FIELD_INVALID 'another' is not ${to}. Type ${to} as it stands.`)
  await fill(page, '', to)
  expect(await move.isDisabled()).toBe(true)
  expect(await text(page, '.missing-field')).toBe('FIELD_INVALID the reason is missing. Say in a few words why.')
  expect(await accessibilityFaults(page)).toEqual([])
  await picture(page, 'failover-move')
  await fill(page, 'maintenance of its host', to)
  await press(page, 'Cancel')
  await page.getByRole('dialog').waitFor({ state: 'detached' })
  expect((await statusOf(group, from)).policies.serve?.leader?.host).toBe(from)
  await press(page, 'Move serve')
  await page.getByLabel('To', { exact: true }).selectOption(to)
  await fill(page, 'maintenance of its host', to)
  await carryOut(page, 'Move')
  await patiently(async () => expect(await leaderShown(page)).toBe(to))
  expect((await statusOf(group, to)).policies.serve?.leader?.host).toBe(to)
  expect(await text(page, '[data-order=promote]')).toMatch(
    new RegExp(`accepted.*move serve to ${to}.*maintenance of its host`),
  )
  const [asked, ended] = readFileSync(auditPath, 'utf8').trimEnd().split('\n').slice(-2)
  expect(JSON.parse(asked ?? '')).toMatchObject({
    event: 'asked',
    kind: 'promote',
    host: to,
    reason: 'maintenance of its host',
  })
  expect(JSON.parse(ended ?? '')).toMatchObject({ event: 'accepted' })
  expect(readFileSync(group.layout.log(from), 'utf8')).toContain('maintenance of its host')
  return to
}

async function checkStepDown(page: Page, leader: string): Promise<void> {
  await page
    .locator('[data-panel=chain-serve]')
    .getByRole('button', { name: `Step down ${leader}` })
    .click()
  await fill(page, 'new disk', leader)
  await carryOut(page, 'Step down')
  await patiently(async () => {
    expect(await place(page, leader)).toBe('▲stepped down')
    expect(await leaderShown(page)).not.toBe(leader)
    expect(await leaderShown(page)).not.toBe('nobody')
  })
}

async function checkPause(page: Page, group: Group): Promise<void> {
  await press(page, 'Pause')
  await page.getByLabel('For', { exact: true }).selectOption('8 hours')
  await fill(page, 'cable work')
  await carryOut(page, 'Pause')
  await page.waitForSelector('[data-note=pause]', { timeout: PATIENCE_MS })
  expect(await text(page, '[data-note=pause]')).toMatch(/^▲Paused for (8 h|7 h \d+ min) more$/)
  expect(await text(page, '[data-finding=PAUSED] .finding-text')).toMatch(
    /^▲paused by \S+ \(console\): cable work\. If the leader fails, no host takes over/,
  )
  const { pause } = await statusOf(group, 'spb')
  expect(pause).toMatchObject({ reason: 'cable work' })
  expect((pause?.remainingMs ?? 0) / HOUR_MS).toBeGreaterThan(7)
  await press(page, 'Resume')
  await fill(page, 'cable is back')
  await carryOut(page, 'Resume')
  await patiently(async () => expect(await page.locator('[data-note=pause], [data-finding=PAUSED]').count()).toBe(0))
  expect((await statusOf(group, 'spb')).pause).toBe(null)
}

/** A host that dies is shown as silent; an order that a rule forbids says which, and keeps what was typed. */
async function checkDeath(page: Page, group: Group): Promise<void> {
  const leader = await leaderShown(page)
  const victim = ASKED.find((host) => host !== leader && host !== 'almaty') ?? ''
  await group.killHost(victim)
  await page.waitForSelector(`[data-agent=${victim}]`, { timeout: PATIENCE_MS })
  expect(await text(page, `[data-fault]:has([data-agent=${victim}])`)).toMatch(
    /nothing listens at its socket ECONNREFUSED.*start it with montana failover run/,
  )
  await patiently(async () => expect(await place(page, victim)).toMatch(/^■silent/))
  await patiently(async () => expect(await text(page, `[data-probe=almaty-${victim}]`)).toMatch(/^silent/))
  await patiently(async () => expect(await tile(page, 'hosts')).toBe('▲4 of 5'))
  expect(await text(page, '.verdict-title')).toBe('▲It works, with less in reserve')
  expect(await text(page, '[data-finding=HOSTS_SILENT]')).toMatch(
    new RegExp(`1 of 5 hosts are silent: ${victim}.*Do: start montana failover run there`),
  )
  expect(await accessibilityFaults(page)).toEqual([])
  await picture(page, 'failover-silent')
  await press(page, 'Move serve')
  await page.getByLabel('To', { exact: true }).selectOption(victim)
  await fill(page, 'it will not', victim)
  await press(page, 'Move')
  const refusal = page.getByRole('dialog').getByRole('alert')
  await refusal.waitFor({ timeout: PATIENCE_MS })
  expect(await refusal.textContent()).toMatch(
    new RegExp(`^RULE_REFUSED D6: ${victim} does not answer.*docs/failover.md explains the rules`),
  )
  expect(await page.getByLabel('Reason').inputValue()).toBe('it will not')
  await page.keyboard.press('Escape')
  await page.getByRole('dialog').waitFor({ state: 'detached' })
  await patiently(async () => expect(await text(page, '[data-order=promote]')).toMatch(/^▲refused/))
  group.host(victim).start()
  await patiently(async () => expect(await page.locator(`[data-agent=${victim}]`).count()).toBe(0))
}

/** The orders of the other chain: the same, for its own leader. */
async function checkCoordinate(page: Page, group: Group): Promise<void> {
  const leaderOf = async () => (await tile(page, 'leader-coordinate')).replace(/^\W+/, '')
  const standby = () =>
    page.locator('[data-panel=chain-coordinate] .place').filter({ hasText: 'standby' }).evaluateAll(hostsOf)
  await patiently(async () => expect((await standby()).filter((host) => ASKED_NAMES.includes(host))).not.toEqual([]))
  const to = (await standby()).find((host) => ASKED_NAMES.includes(host)) ?? ''
  await press(page, 'Move coordinate')
  await page.getByLabel('To', { exact: true }).selectOption(to)
  await fill(page, 'trial of the other chain', to)
  await carryOut(page, 'Move')
  await patiently(async () => expect(await leaderOf()).toBe(to))
  expect((await statusOf(group, to)).policies.coordinate?.state).toBe('acting')
  await page
    .locator('[data-panel=chain-coordinate]')
    .getByRole('button', { name: `Step down ${to}` })
    .click()
  await page.getByLabel('Takes none for', { exact: true }).selectOption('10 minutes')
  await fill(page, 'its disk is slow', to)
  await carryOut(page, 'Step down')
  await patiently(async () => expect([to, 'nobody']).not.toContain(await leaderOf()))
  const { policies } = await statusOf(group, to)
  expect(policies.coordinate).toMatchObject({ state: 'standby', isEligible: false, reason: 'stepped-down' })
}

async function checkAllChanges(page: Page): Promise<void> {
  const rows = () => page.locator('tr[data-change]').count()
  expect(await rows()).toBe(8)
  await page.getByRole('button', { name: /^Show all \d+$/ }).click()
  await patiently(async () => expect(await rows()).toBeGreaterThan(8))
  await press(page, 'Show fewer')
  await patiently(async () => expect(await rows()).toBe(8))
  const orders = () => page.locator('[data-order]').count()
  expect(await orders()).toBe(5)
  await page.getByRole('button', { name: /^Show all \d+ orders$/ }).click()
  await patiently(async () => expect(await orders()).toBeGreaterThan(5))
  await press(page, 'Show fewer orders')
  await patiently(async () => expect(await orders()).toBe(5))
}

/** Without a token there is no order to give, and it says how there would be. */
async function checkReadOnly(browser: Browser, group: Group): Promise<void> {
  const url = await startReadOnlyConsole(group, ['spb'])
  const { page, complaints } = await openPage(browser, url, LOOKS.light)
  await page.goto(`${url}/#failover`)
  await page.waitForSelector('[data-panel=chain-serve]', { timeout: PATIENCE_MS })
  expect(await text(page, '.group-orders')).toMatch(/^read-only: start montana console with --token-file FILE/)
  expect(
    await page
      .locator('#view')
      .getByRole('button', { name: /Move|Step|Pause|Resume/ })
      .count(),
  ).toBe(0)
  expect([...complaints, ...(await accessibilityFaults(page))]).toEqual([])
  await page.context().close()
}

/** A console that knows no agent says how to have one. */
async function checkAbsent(browser: Browser): Promise<void> {
  const console = await startConsole({ nodes: [], port: 0, soakPath: '/nonexistent/soak.jsonl' })
  onTestFinished(() => console.stop())
  const { page, complaints } = await openPage(browser, console.url, LOOKS.light)
  await page.goto(`${console.url}/#failover`)
  await page.waitForSelector('.empty-title')
  await patiently(async () => expect(await text(page, '#view')).toContain('--failover-socket FILE'))
  expect([...complaints, ...(await accessibilityFaults(page))]).toEqual([])
  await page.context().close()
}

it.skipIf(chromium === undefined)(
  'shows a group of real agents as it is, and gives them orders',
  async () => {
    const group = await startGroup(BREATHING)
    const served = await startGroupConsole(group, ASKED)
    const browser = await launch(chromium ?? '')
    const { page, complaints } = await openPage(browser, served.url, LOOKS.light)
    await page.goto(`${served.url}/#failover`)
    await page.waitForSelector('[data-panel=chain-serve]', { timeout: PATIENCE_MS })
    await checkState(page, group)
    await checkBreathing(page, group)
    await checkTimeline(page)
    await unlock(page, served.token)
    const leader = await checkMove(page, group, served)
    await checkStepDown(page, leader)
    await checkPause(page, group)
    await checkCoordinate(page, group)
    await checkAllChanges(page)
    await checkDeath(page, group)
    // What the browser says of orders that were refused; of one at least.
    expect(complaints.filter((one) => !/^console: .* (409|50[23]) /.test(one))).toEqual([])
    expect(complaints.length).toBeGreaterThanOrEqual(1)
    const sight = { name: 'failover', hash: 'failover', ready: '[data-panel=timeline] .tenure' }
    expect(await portray(browser, served.url, sight)).toEqual([])
    await checkAbsent(browser)
    await checkReadOnly(browser, group)
  },
  300_000,
)
