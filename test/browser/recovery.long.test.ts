import { join } from 'node:path'
import type { RecoveryReport as ServedReport } from '@montana/mirror'
import { type Browser, type Page, chromium as playwright } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { RecoveryReport } from '../../packages/console/page/src/integrations/recovery/types.js'
import { findChromium, NO_CHROMIUM } from '../setup/chromium.js'
import { accessibilityFaults } from './support/axe.js'
import { openPage } from './support/chromium.js'
import { MirrorWorld, REPLICA, TOKEN } from './support/mirrors.js'
import { LOOKS, portray } from './support/screenshots.js'

type Fits<Served extends Read, Read> = Served
/** What the wizard reads is what the server answers. */
export type Checked = Fits<ServedReport, RecoveryReport>

const PATIENCE_MS = 60_000
const SCREENSHOTS = join(import.meta.dirname, 'screenshots')
const ID = 'backup'
const chromium = findChromium()
if (chromium === undefined) process.stderr.write(`skipped, the page in a browser: ${NO_CHROMIUM}\n`)

let world: MirrorWorld
let browser: Browser
let page: Page
let complaints: string[]

beforeAll(async () => {
  if (chromium === undefined) return
  world = await MirrorWorld.open()
  await world.restart({
    ...{ MIRROR_1_NAME: ID, MIRROR_1_REPO: REPLICA, MIRROR_1_API_URL: world.stand.url },
    ...{ MIRROR_1_URL: world.stand.gitUrl(REPLICA), MIRROR_1_TOKEN: world.tokens.whole },
  })
  browser = await playwright.launch({ executablePath: chromium, args: ['--no-sandbox'] })
  ;({ page, complaints } = await openPage(browser, world.url, LOOKS.light))
}, 120_000)
afterAll(async () => {
  await browser?.close()
  await world?.close()
})

const until = (check: () => unknown) => expect.poll(check, { timeout: PATIENCE_MS, interval: 100 })
const card = () => page.locator(`[data-mirror=${ID}]`)
const press = (within: string, what: string, on = page) => on.locator(`${within} [data-do=${what}]`).first().click()
const dialog = (name: string) => `[data-dialog=${name}]`
const fill = (within: string, label: string | RegExp, text: string, on = page) =>
  on
    .locator(within)
    .getByLabel(label, { exact: typeof label === 'string' })
    .fill(text)
const state = (name: string) => until(() => card().getAttribute('data-state')).toBe(name)
const notice = (name: string) => page.locator(`[data-notice=${name}]`)
const tip = (folder: string, ref = 'main') => world.git(folder, 'rev-parse', ref)
const picture = (name: string) =>
  page.screenshot({ path: join(SCREENSHOTS, `integrations-${name}.png`), fullPage: true })

async function unlock(on = page): Promise<void> {
  await on.getByRole('button', { name: 'Unlock' }).click()
  await on.locator(dialog('unlock')).getByLabel('Token', { exact: true }).fill(TOKEN)
  await on.keyboard.press('Enter')
  await on.getByRole('button', { name: 'Lock', exact: true }).waitFor()
}

async function sync(): Promise<void> {
  await until(() => card().locator('[data-do=sync]').isEnabled()).toBe(true)
  await press(`[data-mirror=${ID}]`, 'sync')
}

/** Rescue refs of a bare repository by the tip that each keeps. */
function rescued(folder: string): string[] {
  const text = world.git(folder, 'for-each-ref', '--format=%(objectname)', 'refs/heads/rescue')
  return text.split('\n').filter(Boolean)
}

/** Nothing that either side had is out of reach. */
function holds(folder: string, ...commits: readonly string[]): boolean {
  const all = world.git(folder, 'rev-list', '--all').split('\n')
  return commits.every((commit) => all.includes(commit))
}

async function openWizard(on = page): Promise<void> {
  await press(`[data-recovery=${ID}]`, 'recover', on)
  await on.waitForSelector('[data-history]', { timeout: PATIENCE_MS })
}

/** Up to the typed name, with a wrong one first. */
async function rehearseAndStart(verdict: RegExp): Promise<void> {
  const within = dialog('recover')
  await fill(within, 'Reason', 'both worked')
  await press(within, 'dry-run')
  await page.waitForSelector('[data-report=met]', { timeout: PATIENCE_MS })
  expect(await page.locator('[data-report]').textContent()).toMatch(verdict)
  await fill(within, /^Type /, 'second/continuit')
  expect(await page.locator(`${within} [data-do=start]`).isDisabled()).toBe(true)
  expect(await accessibilityFaults(page)).toEqual([])
  await fill(within, /^Type /, REPLICA)
  await press(within, 'start')
}

async function role(kind: 'promote' | 'demote', drained: boolean): Promise<void> {
  const within = dialog(kind)
  await until(() => card().locator(`[data-do=${kind}]`).isEnabled()).toBe(true)
  await press(`[data-mirror=${ID}]`, kind)
  await fill(within, 'Reason', 'a drill')
  if (drained)
    await page
      .locator(within)
      .getByLabel(/has been stopped/)
      .check()
  await press(within, 'dry-run')
  await page.waitForSelector('[data-report]', { timeout: PATIENCE_MS })
  await fill(within, /^Type /, REPLICA)
  await press(within, 'start')
}

async function ended(kind: string, end: string): Promise<void> {
  await page.waitForSelector(`[data-job=${kind}][data-end=${end}]`, { timeout: 2 * PATIENCE_MS })
  await page.getByRole('button', { name: 'Dismiss' }).first().click()
}

async function targetRecovery(): Promise<void> {
  world.diverge(world.replica.path)
  const foreign = tip(world.replica.path)
  const own = world.commit('An edit beside it')
  await sync()
  await state('diverged')
  await openWizard()
  const main = page.locator('[data-history="refs/heads/main"]')
  expect(await main.textContent()).toMatch(/two histories.*Only on first\/continuity.*An edit beside it/)
  expect(await main.textContent()).toMatch(/Only on second\/continuity.*Foreign work.*operator/)
  await press(dialog('recover'), 'next')
  const plan = page.locator('[data-plan="refs/heads/main"]')
  expect(await plan.getAttribute('data-action')).toBe('rescue-replica')
  expect(await page.locator('.commands').textContent()).toContain('git merge FETCH_HEAD')
  await press(dialog('recover'), 'next')
  expect(tip(world.replica.path)).toBe(foreign)
  await rehearseAndStart(/It can start.*Nothing was changed/)
  await until(() => tip(world.replica.path)).toBe(own)
  expect(rescued(world.replica.path)).toEqual([foreign])
  await state('in-step')
}

/** A tip that moved after it was looked at is not kept by surprise: the person looks again. */
async function movedTip(): Promise<void> {
  world.diverge(world.replica.path)
  world.commit('Another edit')
  await sync()
  await state('diverged')
  await openWizard()
  world.diverge(world.replica.path)
  const within = dialog('recover')
  await press(within, 'next')
  await press(within, 'next')
  await fill(within, 'Reason', 'late')
  await press(within, 'dry-run')
  await page.waitForSelector('[data-report=unmet]', { timeout: PATIENCE_MS })
  expect(await page.locator('[data-report]').textContent()).toContain('moved since it was looked at')
  await fill(within, /^Type /, REPLICA)
  expect(await page.locator(`${within} [data-do=start]`).isDisabled()).toBe(true)
  await page.keyboard.press('Escape')
}

async function approval(): Promise<void> {
  await world.restart({ MIRROR_1_WORKFLOW_PATHS: 'approve', MIRROR_1_ON_DIVERGE: 'rescue' })
  await sync()
  await state('in-step')
  const before = tip(world.replica.path)
  const workflow = '.github/workflows/test.yml'
  const text = await world.primary.show('main', workflow)
  const changed = world.commit('A workflow that changes', { [workflow]: `${text}# changed\n` })
  await sync()
  await state('approval')
  expect(await card().locator('[data-layer=code]').textContent()).toContain('waiting for approval')
  expect(await card().locator('[data-problem=APPROVAL_NEEDED]').textContent()).toContain(workflow)
  expect(tip(world.replica.path)).toBe(before)
  await press(`[data-mirror=${ID}]`, 'approve')
  expect(await page.locator(`[data-held="${changed}"]`).textContent()).toContain(workflow)
  expect(await accessibilityFaults(page)).toEqual([])
  await picture('approval')
  await fill(dialog('approve'), 'Reason', 'read it')
  await fill(dialog('approve'), /^Type /, REPLICA)
  await page.keyboard.press('Enter')
  await until(() => tip(world.replica.path)).toBe(changed)
  await state('in-step')
}

/** Both sides change one file; the wizard keeps the primary's, and both histories. */
async function handBack(): Promise<void> {
  await role('promote', true)
  await ended('promote', 'done')
  await state('temporary-primary')
  await until(() => notice('fenced').textContent()).toMatch(/backup holds epoch \d/)
  await world.replica.commit({ files: { 'edit.txt': 'by the replica\n' }, message: 'Work of the temporary primary' })
  const theirs = tip(world.replica.path)
  const ours = world.commit('Work of the returned primary')
  await openWizard()
  expect(await page.locator('[data-history="refs/heads/main"]').textContent()).toMatch(
    /Work of the returned primary.*Work of the temporary primary/,
  )
  await press(dialog('recover'), 'next')
  await page.getByRole('radio', { name: /^Merge/ }).check()
  expect(await page.locator('[data-obstacle]').textContent()).toContain('both sides changed edit.txt')
  expect(await page.locator(`${dialog('recover')} [data-do=next]`).isDisabled()).toBe(true)
  await page.getByRole('radio', { name: /^Keep apart/ }).check()
  expect(await page.locator('[data-plan="refs/heads/main"]').getAttribute('data-action')).toBe('primary-tree')
  await press(dialog('recover'), 'next')
  await rehearseAndStart(/It can start.*a hand-back/)
  await ended('demote', 'failed')
  await until(() => notice('handing-back').count()).toBe(1)
  await picture('handing-back')
  await role('demote', true)
  await ended('demote', 'done')
  expect([theirs, ours].length).toBe(2)
}

describe.skipIf(chromium === undefined)('recovery on the page', { timeout: 300_000 }, () => {
  it('says that a target was never synced, and that its first sync runs', async () => {
    await page.goto(`${world.url}/#integrations`)
    await state('never')
    await unlock()
    const slow = world.stand.faults.add({ match: { path: /secrets/ }, delayMs: 2_500, times: 2 })
    await sync()
    await state('first-sync')
    expect(await page.locator(`[data-progress=${ID}]`).textContent()).toContain('First sync')
    slow.remove()
    await state('in-step')
  })

  it('shows both histories of a diverged target, and keeps its work as a rescue ref', targetRecovery)

  it('starts nothing for a tip that has moved since', movedTip)

  it('holds a push that changes workflows until it is approved', approval)
})
