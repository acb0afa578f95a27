import { randomBytes } from 'node:crypto'
import { constants } from 'node:fs'
import { access, readdir, rm } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { deriveIdentity, encodeIdentity, entropyToMnemonic, type Identity, mnemonicToEntropy } from '@montana/crypto'
import { ConfigError } from '@montana/foundation'
import { IDENTITY_FILE, loadIdentity } from '@montana/node/settings'
import { idsOf, requireIds } from '../host/accounts.js'
import { PATHS, within } from '../host/layout.js'
import { find, ownershipFault, writeOwned } from '../host/owned.js'
import type { Inputs } from '../inputs.js'
import type { OnboardOptions } from '../options.js'
import type { Action, Step } from '../step.js'
import { writeWords } from '../words/give-out.js'
import { readWords } from '../words/read.js'
import { hasTerminal } from '../words/terminal.js'
import { lookAtRequest, writeRequest } from './join-request.js'
import { recordAction } from './record.js'

const ENTROPY_BYTES = 32
const OWNER_ONLY = 0o600

type Given = Pick<OnboardOptions, 'root' | 'mnemonicOut' | 'restoreFrom' | 'label' | 'address'>

/**
 * The identity of this node: the one that is there, one restored from words, or a new one whose words are given out
 * first. A node that the manifest does not name also gets a join request. Spec operations 9.3, 9.4.
 */
export function identityStep(options: Given, inputs: Inputs): Step {
  const { root } = options
  let restored: Promise<Identity> | undefined
  return {
    name: 'identity',
    look: async () => {
      const present = await presentIdentity(root)
      if (present) {
        const request = await lookAtRequest(options, inputs, present)
        return { found: `identity of ${present.peerId}, ${request.found}`, actions: request.actions }
      }
      await checkNothingHalfMade(options)
      if (options.restoreFrom !== undefined) {
        restored ??= restoreIdentity(options.restoreFrom)
        return {
          found: 'none, and words to restore one from',
          actions: restoreActions(options, inputs, await restored),
        }
      }
      await checkWayOut(options.mnemonicOut)
      return { found: 'none', actions: [makeNew(options, inputs), recordAction(options)] }
    },
  }
}

async function restoreIdentity(from: string): Promise<Identity> {
  return await deriveIdentity(await mnemonicToEntropy(await readWords(from)))
}

/** Undefined where there is none. Throws ConfigError for one that the service could not use. */
export async function presentIdentity(root: string): Promise<Identity | undefined> {
  const path = within(root, join(PATHS.state, IDENTITY_FILE))
  const found = await find(path)
  if (!found) return undefined
  const ids = (await idsOf(root, 'montana')) ?? { uid: -1, gid: -1 }
  const fault = ownershipFault(found, { ...ids, mode: OWNER_ONLY })
  if (!fault) return await loadIdentity(within(root, PATHS.state))
  const remedy = `if it is the identity of this node: chown montana:montana ${path} && chmod 600 ${path}`
  throw new ConfigError(`${path} ${fault}`, { code: 'IDENTITY_FOREIGN', field: 'identity', remedy })
}

/** A data directory with a chain and no identity is one whose identity was lost. */
async function checkNothingHalfMade({ root, restoreFrom }: Given): Promise<void> {
  const entries = await readdir(within(root, PATHS.state)).catch(() => [])
  if (entries.length === 0 || restoreFrom !== undefined) return
  throw new ConfigError(`${PATHS.state} has no identity and is not empty (${entries.slice(0, 3).join(', ')})`, {
    code: 'IDENTITY_LOST',
    field: 'identity',
    remedy: 'restore it with --restore-from, or move the directory away',
  })
}

/** Before anything is changed: can the words be given out at all? */
async function checkWayOut(file: string | undefined): Promise<void> {
  if (file === undefined) {
    if (await hasTerminal()) return
    const remedy = 'give --mnemonic-out FILE, or restore an identity with --restore-from'
    throw new ConfigError('there is no terminal to show the recovery words on', {
      code: 'NO_TERMINAL',
      field: 'mnemonic-out',
      remedy,
    })
  }
  const remedy = 'name a new file in a directory that you may write'
  if (await find(file))
    throw new ConfigError(`--mnemonic-out ${file} exists already`, { field: 'mnemonic-out', remedy })
  await access(dirname(resolve(file)), constants.W_OK).catch(() => {
    throw new ConfigError(`--mnemonic-out ${file} cannot be written`, { field: 'mnemonic-out', remedy })
  })
}

function restoreActions(options: Given, inputs: Inputs, identity: Identity): Action[] {
  const save: Action = {
    what: `restore the identity of ${identity.peerId}`,
    run: async () => await saveOwned(options.root, identity),
    undo: async () => await forget(options.root),
  }
  const isNamed = isNamedIn(inputs, identity)
  const request: Action = {
    what: `write ${PATHS.joinRequest}`,
    run: async () => await writeRequest(options, inputs, identity),
    undo: async () => await rm(within(options.root, PATHS.joinRequest), { force: true }),
  }
  return [save, ...(isNamed ? [] : [request]), recordAction(options)]
}

function isNamedIn({ manifest }: Inputs, { peerId }: Identity): boolean {
  return manifest.document.peers.some(({ peer_id }) => peer_id === peerId)
}

/** The words go out before the identity is written; without the one there is not the other. */
function makeNew(options: Given, inputs: Inputs): Action {
  const { root, mnemonicOut, label, address } = options
  let takeBack = async () => {}
  return {
    what: `make an identity, its 24 words to ${mnemonicOut ?? 'the terminal'}, and its join request as ${label} at ${address}`,
    run: async () => {
      const entropy = new Uint8Array(randomBytes(ENTROPY_BYTES))
      const identity = await deriveIdentity(entropy)
      takeBack = await writeWords(await entropyToMnemonic(entropy), mnemonicOut)
      entropy.fill(0)
      await saveOwned(root, identity)
      await writeRequest(options, inputs, identity)
    },
    undo: async () => {
      await forget(root)
      await takeBack()
    },
  }
}

async function saveOwned(root: string, identity: Identity): Promise<void> {
  const owner = { ...(await requireIds(root, 'montana')), mode: OWNER_ONLY }
  await writeOwned(within(root, join(PATHS.state, IDENTITY_FILE)), await encodeIdentity(identity), owner)
}

async function forget(root: string): Promise<void> {
  for (const path of [join(PATHS.state, IDENTITY_FILE), PATHS.joinRequest])
    await rm(within(root, path), { force: true })
}
