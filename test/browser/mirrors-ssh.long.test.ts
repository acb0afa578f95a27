import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { createBareRepository, type SshStand, startSshd, whyNoSshd } from '@montana/github-stand'
import { type Browser, type Page, chromium as playwright } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { findChromium, NO_CHROMIUM } from '../setup/chromium.js'
import { accessibilityFaults } from './support/axe.js'
import { openPage } from './support/chromium.js'
import { MirrorWorld, TOKEN } from './support/mirrors.js'
import { dialog, MirrorsOnPage, PATIENCE_MS, until } from './support/mirrors-page.js'
import { LOOKS, portray } from './support/screenshots.js'

const chromium = findChromium()
const reason = chromium === undefined ? NO_CHROMIUM : whyNoSshd()
if (reason !== undefined) process.stderr.write(`skipped, mirrors over ssh in a browser: ${reason}\n`)

const RESCUES = 'refs/heads/rescue/'
let world: MirrorWorld
let ssh: SshStand
let browser: Browser
let page: Page
let tab: MirrorsOnPage
let complaints: string[]
/** Everything that the page was told of mirrors. */
const answers: Promise<string>[] = []

const vault = () => join(world.root, 'archives', 'continuity.git')
/** By name, what a repository holds in a namespace. */
const refsIn = (folder: string, namespace: string) =>
  world.git(folder, 'for-each-ref', '--format=%(refname)', namespace)
const clipboard = () => page.evaluate<string>('navigator.clipboard.readText()')

/** A primary with a replica that is in step, and a host of somebody else with a real sshd. */
beforeAll(async () => {
  if (chromium === undefined || reason !== undefined) return
  world = await MirrorWorld.open({ isMirrored: true })
  await createBareRepository(vault())
  ssh = await startSshd({ root: join(world.root, 'archives'), folder: join(world.root, 'sshd') })
  browser = await playwright.launch({ executablePath: chromium, args: ['--no-sandbox'] })
  ;({ page, complaints } = await openPage(browser, world.url, LOOKS.light))
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write'], { origin: world.url })
  page.on('response', (response) => {
    if (response.url().includes('/api/mirrors')) answers.push(response.text().catch(() => ''))
  })
  tab = new MirrorsOnPage(page)
}, 120_000)
afterAll(async () => {
  await browser?.close()
  await ssh?.close()
  await world?.close()
})

/** As ssh shows the key that the host has. */
async function fingerprint(): Promise<string> {
  const [, , key = ''] = (await ssh.hostKeyLine()).trim().split(/\s+/)
  return `SHA256:${createHash('sha256').update(Buffer.from(key, 'base64')).digest('base64').replace(/=+$/, '')}`
}

async function begin(): Promise<void> {
  await page.goto(`${world.url}/#integrations`)
  await tab.card('backup').waitFor()
  await tab.unlock(TOKEN)
  await tab.press('[data-panel=repo-mirrors]', 'sync-all')
  await tab.inStep('backup')
}

/** A key that is made here, and the key of the host, which is compared. */
async function giveKeys(): Promise<string> {
  const add = dialog('add')
  await tab.press('[data-panel=repo-mirrors]', 'add')
  await page.getByRole('radio', { name: /^Archive/ }).check()
  await tab.press(add, 'next')
  await tab.fill(add, /Address/, ssh.url('continuity.git'))
  await tab.fill(add, /Name/, 'vault')
  await tab.press(add, 'next')
  expect(await page.getByRole('radio', { name: /^ssh key/ }).isChecked()).toBe(true)
  await tab.press(add, 'make-key')
  const publicKey = (await page.locator('[data-public-key]').textContent()) ?? ''
  expect(publicKey).toMatch(/^ssh-ed25519 \S+ montana-mirror$/)
  await page.locator(add).getByRole('button', { name: 'Copy' }).click()
  await until(clipboard).toBe(publicKey)
  expect(await tab.button(add, 'next').isDisabled()).toBe(true)
  await tab.press(add, 'host-keys')
  await until(() => page.locator('[data-host-keys]').textContent()).toContain(await fingerprint())
  expect(await tab.button(add, 'next').isDisabled()).toBe(true)
  await page
    .locator(add)
    .getByLabel(/have compared/)
    .check()
  expect(await accessibilityFaults(page)).toEqual([])
  await tab.picture('ssh')
  await tab.press(add, 'next')
  return publicKey
}

/** Before the host lets the key in, nothing can be saved. */
async function addVault(): Promise<void> {
  const add = dialog('add')
  const publicKey = await giveKeys()
  const granted = () => page.locator(`${add} [data-permission]`).first().getAttribute('data-granted')
  await tab.press(add, 'test')
  await until(granted).toBe('false')
  expect(await tab.button(add, 'next').isDisabled()).toBe(true)
  expect(readFileSync(world.envFile, 'utf8')).not.toContain('MIRROR_2')
  await ssh.letIn(publicKey)
  await tab.press(add, 'test')
  await until(granted).toBe('true')
  await tab.press(add, 'next')
  expect(await page.locator('[data-review]').textContent()).toMatch(/ssh key made here.*Copiescode/)
  await tab.press(add, 'save')
  await tab.press(dialog('saved'), 'first-sync')
  await tab.inStep('vault')
}

/** What a rewrite of the history lets go of is pushed nowhere before somebody resumes. */
async function pause(): Promise<string> {
  const old = world.git(vault(), 'rev-parse', 'main')
  world.rewrite()
  await tab.press('[data-panel=repo-mirrors]', 'sync-all')
  const notice = page.locator('[data-notice=paused]')
  await notice.waitFor({ timeout: PATIENCE_MS })
  for (const folder of [vault(), world.replica.path]) expect(world.git(folder, 'rev-parse', 'main')).toBe(old)
  await until(() => tab.button('[data-mirror=vault]', 'sync').isDisabled()).toBe(true)
  expect(await tab.button('[data-panel=repo-mirrors]', 'sync-all').isDisabled()).toBe(true)
  return old
}

async function resume(): Promise<void> {
  const within = dialog('resume')
  await tab.press('[data-notice=paused]', 'resume')
  const verb = page.locator(within).getByRole('button', { name: 'Resume' })
  expect(await verb.isDisabled()).toBe(true)
  await page.locator(within).getByRole('button', { name: 'Cancel' }).click()
  expect(world.mirror.parts.store.isPaused()).toBe(true)
  await tab.press('[data-notice=paused]', 'resume')
  await tab.fill(within, 'Reason', 'the history was cleaned')
  expect(await accessibilityFaults(page)).toEqual([])
  await verb.click()
  await until(() => page.locator('[data-notice=paused]').count()).toBe(0)
  expect(world.mirror.parts.store.isPaused()).toBe(false)
  expect((await world.mirror.parts.fence?.read(AbortSignal.timeout(PATIENCE_MS)))?.record.paused).toBe(false)
  const [latest] = world.mirror.parts.store.audit.latest(1)
  expect(latest).toMatchObject({ action: 'resume', reason: 'the history was cleaned' })
}

async function resumed(): Promise<void> {
  const old = await pause()
  await resume()
  await tab.press('[data-panel=repo-mirrors]', 'sync-all')
  for (const id of ['backup', 'vault']) await tab.inStep(id)
  const tip = world.git(world.source, 'rev-parse', 'main')
  for (const folder of [vault(), world.replica.path]) {
    await until(() => world.git(folder, 'rev-parse', 'main')).toBe(tip)
    expect(world.git(folder, 'rev-parse', refsIn(folder, RESCUES))).toBe(old)
  }
}

/** One of two is dropped: the other target keeps its own. */
async function drop(): Promise<void> {
  const ref = refsIn(vault(), RESCUES)
  await tab.press('[data-mirror=vault]', 'details')
  const row = page.locator(`${dialog('details')} li`).filter({ has: page.getByRole('button', { name: 'Drop…' }) })
  await until(() => row.locator('code').textContent()).toBe(ref)
  await row.getByRole('button', { name: 'Drop…' }).click()
  const verb = page.locator(dialog('drop')).getByRole('button', { name: 'Drop', exact: true })
  await tab.fill(dialog('drop'), /^Type /, 'backup')
  expect(await verb.isDisabled()).toBe(true)
  expect(await accessibilityFaults(page)).toEqual([])
  await tab.picture('drop')
  await tab.fill(dialog('drop'), /^Type /, 'vault')
  await verb.click()
  await until(() => row.count()).toBe(0)
  expect(refsIn(vault(), RESCUES)).toBe('')
  expect(refsIn(world.replica.path, RESCUES)).not.toBe('')
  expect(await page.locator(dialog('drop')).count()).toBe(0)
  await tab.press(dialog('details'), 'close')
}

/** The host shows another key than the one that was compared: nothing goes there, and the page says what to do. */
async function otherHost(): Promise<void> {
  await ssh.rotateHostKey()
  const before = world.git(vault(), 'rev-parse', 'main')
  world.commit('An edit that does not arrive')
  await tab.press('[data-mirror=vault]', 'sync')
  const problem = tab.card('vault').locator('[data-problem=HOST_KEY_CHANGED]').first()
  await problem.waitFor({ timeout: PATIENCE_MS })
  await problem.getByRole('button', { name: 'Copy' }).click()
  await problem.getByRole('button', { name: 'Copied' }).waitFor()
  const remedy = (await problem.locator('.problem-remedy span').textContent()) ?? ''
  expect(remedy).toMatch(/\w/)
  expect(await clipboard()).toMatch(/^HOST_KEY_CHANGED: /)
  expect((await clipboard()).endsWith(`\n${remedy}`)).toBe(true)
  expect(world.git(vault(), 'rev-parse', 'main')).toBe(before)
}

describe.skipIf(reason !== undefined)('mirrors over ssh in the tab Integrations', { timeout: 240_000 }, () => {
  it('adds an archive with a key made here, once its host was compared and lets the key in', async () => {
    await begin()
    await addVault()
    expect(world.git(vault(), 'rev-parse', 'main')).toBe(world.git(world.source, 'rev-parse', 'main'))
    const folder = join(world.root, 'data', 'credentials')
    for (const file of readdirSync(folder)) expect(statSync(join(folder, file)).mode & 0o077, file).toBe(0)
  })

  it('resumes after a rewritten history and keeps what was there in rescue refs', resumed)

  it('drops a rescue ref on its target once the name is typed', drop)

  it('looks well in light, dark and at 360 px', async () => {
    const sight = { name: 'integrations-ssh-page', hash: 'integrations', ready: '[data-mirror=vault]' }
    expect(await portray(browser, world.url, sight)).toEqual([])
  })

  it('says that a host shows another key, with what to do, to be copied', otherHost)

  it('was told no private key, and had nothing to complain of', async () => {
    const all = (await Promise.all(answers)).join('\n')
    expect(all).toContain('ssh-ed25519')
    for (const secret of ['PRIVATE KEY', TOKEN, world.tokens.whole, world.root]) expect(all).not.toContain(secret)
    expect(complaints.filter((text) => !/Failed to load resource/.test(text))).toEqual([])
  })
})
