import { afterEach, beforeEach, expect } from 'vitest'
import { type Exchange, type GithubStand, type GithubStandOptions, startGithubStand } from '../../src/index.js'
import { apiDescription } from './openapi.js'

/** Reading the description takes a while, and fetching it for the first time longer. */
const PREPARE_TIMEOUT_MS = 240_000

/** A stand for each test of the suite; after each, all its answers are held against GitHub's description. */
export function checkedStand(options: GithubStandOptions = {}): { readonly stand: GithubStand } {
  const holder: { stand?: GithubStand } = {}
  let exchanges: Exchange[] = []
  beforeEach(async () => {
    apiDescription()
    exchanges = []
    holder.stand = await startGithubStand({ ...options, onExchange: (exchange) => exchanges.push(exchange) })
  }, PREPARE_TIMEOUT_MS)
  afterEach(async () => {
    await holder.stand?.close()
    const description = apiDescription()
    if (description !== undefined) expect(exchanges.flatMap((one) => description.problems(one))).toEqual([])
  })
  return {
    get stand() {
      if (holder.stand === undefined) throw new Error('there is no stand outside of a test')
      return holder.stand
    },
  }
}
