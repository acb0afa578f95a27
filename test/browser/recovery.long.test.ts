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

/** To its end: what is in step already looks the same before it has begun. */
async function synced(): Promise<void> {
  const begun = page.waitForSelector(`[data-mirror=${ID}][data-busy=true]`, { timeout: PATIENCE_MS })
  await sync()
  await begun
  await until(() => card().getAttribute('data-busy')).toBe('false')
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
  await on.waitForSelector(`[data-history], ${dialog('recover')} .refused`, { timeout: PATIENCE_MS })
  expect(await on.locator(`${dialog('recover')} .refused`).allTextContents()).toEqual([])
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
  const text = world.git(world.primary.path, 'show', `main:${workflow}`)
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

/** Both sides change one file: no merge, but the primary's file wins and both histories are kept. Begun, waited for, gone on with. */
async function handBack(): Promise<void> {
  await role('promote', true)
  await ended('promote', 'done')
  await state('temporary-primary')
  await until(() => notice('fenced').textContent()).toMatch(/backup holds epoch \d/)
  await world.replica.commit({ files: { 'edit.txt': 'by the replica\n' }, message: 'Work of the temporary primary' })
  const theirs = tip(world.replica.path)
  const ours = world.commit('Work of the returned primary')
  await openWizard()
  const main = page.locator('[data-history="refs/heads/main"]')
  expect(await main.textContent()).toMatch(/Work of the returned primary.*Work of the temporary primary/)
  await keepApart(false)
  await ended('demote', 'failed')
  await until(() => notice('handing-back').count()).toBe(1)
  await picture('handing-back')
  await openWizard()
  await keepApart(true)
  await ended('demote', 'done')
  await state('in-step')
  for (const { path } of [world.primary, world.replica]) {
    expect(holds(path, ours, theirs)).toBe(true)
    expect(rescued(path)).toContain(theirs)
    expect(world.git(path, 'show', 'main:edit.txt')).toBe('Work of the returned primary')
  }
  expect(tip(world.replica.path)).toBe(tip(world.primary.path))
}

async function keepApart(drained: boolean): Promise<void> {
  const within = dialog('recover')
  await press(within, 'next')
  await page.getByRole('radio', { name: /^Merge/ }).check()
  expect(await page.locator('[data-obstacle]').textContent()).toContain('both sides changed edit.txt')
  expect(await page.locator(`${within} [data-do=next]`).isDisabled()).toBe(true)
  await page.getByRole('radio', { name: /^Keep apart/ }).check()
  expect(await page.locator('[data-plan="refs/heads/main"]').getAttribute('data-action')).toBe('primary-tree')
  await press(within, 'next')
  if (drained) await page.getByLabel(/has been stopped/).check()
  await rehearseAndStart(/It can start.*a hand-back/)
}

/** The run of the check is slow, so that somebody can look while it is not yet proven that the replica can act. */
async function promoting(): Promise<void> {
  const slow = world.stand.faults.add({ match: { path: /runs/ }, delayMs: 2_000, times: 1_000 })
  await role('promote', true)
  await state('promoting')
  await until(() => notice('promoting').count()).toBe(1)
  await picture('promoting')
  slow.remove()
  await ended('promote', 'done')
  await role('demote', true)
  await ended('demote', 'done')
}

/** The last permit is waited for: nobody acts, and the page says so. */
async function released(): Promise<void> {
  await role('promote', false)
  await ended('promote', 'failed')
  await until(() => notice('released').textContent()).toContain('Nobody acts')
  await role('promote', true)
  await ended('promote', 'done')
  await role('demote', true)
  await ended('demote', 'done')
}

async function pausedByReset(): Promise<void> {
  world.git(world.source, 'pull', '--quiet', '--ff-only', world.primary.path, 'main')
  await synced()
  await state('in-step')
  const before = tip(world.source)
  world.git(world.source, 'commit', '--quiet', '--amend', '-m', 'Rewritten')
  await sync()
  await until(() => notice('paused').count()).toBe(1)
  await state('paused')
  expect(tip(world.replica.path)).toBe(before)
  await press('[data-notice=paused]', 'resume')
  await fill(dialog('resume'), 'Reason', 'meant')
  await page.keyboard.press('Enter')
  await until(() => notice('paused').count()).toBe(0)
  await sync()
  await state('in-step')
  expect(rescued(world.replica.path)).toContain(before)
}

async function refusedCredential(): Promise<void> {
  world.stand.revokeToken(world.tokens.whole)
  world.git(world.source, 'commit', '--quiet', '--allow-empty', '-m', 'Not mirrored')
  await sync()
  await state('credential')
}

async function switchedOff(): Promise<void> {
  await world.restart({ MIRROR_ENABLED: 'false' })
  await until(() => notice('off').count()).toBe(1)
  await state('off')
}

const NO_SLOT = ['NAME', 'REPO', 'API_URL', 'URL', 'TOKEN', 'WORKFLOW_PATHS', 'ON_DIVERGE'].map(
  (key) => `MIRROR_1_${key}`,
)

async function ownView(): Promise<void> {
  const gone = Object.fromEntries(NO_SLOT.map((key) => [key, null]))
  await world.restart({ ...gone, MIRROR_ENABLED: 'true', MIRROR_ROLE: 'SLAVE' })
  await until(() => notice('replica').textContent()).toMatch(/This is a replica.*first\/continuity/)
  expect(await page.locator('[data-self=SLAVE]').textContent()).toMatch(/this repository.*does not act/)
  expect(await page.locator('[data-do=add]').count()).toBe(0)
  expect(
    await portray(browser, world.url, { name: 'integrations-replica', ...SIGHT, ready: '[data-notice=replica]' }),
  ).toEqual([])
  await world.restart({ MIRROR_ROLE: 'TEMPORARY_MASTER' })
  await until(() => notice('temporary').textContent()).toContain('acts until first/continuity has returned')
}

const SIGHT = { hash: 'integrations', ready: `[data-mirror=${ID}]` }

/** A dry run says in words what it would be, and what stands in its way. */
async function refusedPromotion(shown: Page): Promise<void> {
  await unlock(shown)
  await press(`[data-mirror=${ID}]`, 'promote', shown)
  await fill(dialog('promote'), 'Reason', 'a drill', shown)
  await press(dialog('promote'), 'dry-run', shown)
  await shown.waitForSelector('[data-report=unmet]', { timeout: PATIENCE_MS })
  const words = await shown.locator('[data-report]').textContent()
  expect(words).toMatch(/It cannot start.*a planned switch: the primary stops first.*own work on refs\/heads\/main/)
  expect(words).toContain('it is a replica')
  expect(words).not.toMatch(/SLAVE|MASTER|github:\d/)
  await shown.locator('.report-steps summary').click()
}

/** A target with work of its own, as it stands when these are taken. */
async function looks(): Promise<string[]> {
  const wizard = (step: number) => async (shown: Page) => {
    await unlock(shown)
    await openWizard(shown)
    for (let at = 0; at < step; at++) await press(dialog('recover'), 'next', shown)
    if (step < 2) return
    await fill(dialog('recover'), 'Reason', 'both worked', shown)
    await press(dialog('recover'), 'dry-run', shown)
    await shown.waitForSelector('[data-report]', { timeout: PATIENCE_MS })
  }
  const faults: string[] = []
  for (const step of [0, 1, 2])
    faults.push(
      ...(await portray(browser, world.url, { ...SIGHT, name: `integrations-recover-${step}`, prepare: wizard(step) })),
    )
  faults.push(
    ...(await portray(browser, world.url, { ...SIGHT, name: 'integrations-refused', prepare: refusedPromotion })),
  )
  return [...faults, ...(await portray(browser, world.url, { ...SIGHT, name: 'integrations-diverged' }))]
}

describe.skipIf(chromium === undefined)('recovery on the page', { timeout: 300_000 }, () => {
  it('says that the first sync of a target runs', async () => {
    await page.goto(`${world.url}/#integrations`)
    await unlock()
    const slow = world.stand.faults.add({ match: { path: /secrets/ }, delayMs: 2_500, times: 2 })
    await world.restart({
      ...{ MIRROR_1_NAME: ID, MIRROR_1_REPO: REPLICA, MIRROR_1_API_URL: world.stand.url },
      ...{ MIRROR_1_URL: world.stand.gitUrl(REPLICA), MIRROR_1_TOKEN: world.tokens.whole },
    })
    await state('first-sync')
    expect(await page.locator(`[data-progress=${ID}]`).textContent()).toContain('First sync')
    slow.remove()
    await state('in-step')
  })

  it('shows both histories of a diverged target, and keeps its work as a rescue ref', targetRecovery)

  it('starts nothing for a tip that has moved since', movedTip)

  it('looks well in light, dark and at 360 px', async () => {
    expect(await looks()).toEqual([])
  })

  it('holds a push that changes workflows until it is approved', approval)

  it('hands back with both histories kept where a file conflicts, and goes on after the wait', handBack)

  it('says that a replica proves that it can act', promoting)

  it('says that nobody acts while the last permit is waited for', released)

  it('says that a reset has paused the mirrors, and goes on', pausedByReset)

  it('says that a credential was refused, and that mirroring is off', async () => {
    await refusedCredential()
    await switchedOff()
  })

  it('is looked at from a replica and from a temporary primary', ownView)

  it('had nothing to complain of', () => {
    // What is refused, and a console that is away, stand in the log of the browser, too; nothing else may.
    expect(complaints.filter((text) => !/Failed to load resource/.test(text))).toEqual([])
  })
})
