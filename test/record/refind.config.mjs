// The configuration of the tests, with former code put back into the sources and built modules that they load.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { mergeConfig } from 'vitest/config'
import base from '../../vitest.config.mjs'
import { patchSource } from '../simulation/dist/planted/patch.js'

const patches = JSON.parse(process.env.MONTANA_FORMER_CODE ?? '[]')

const formerCode = {
  name: 'montana-former-code',
  enforce: 'pre',
  load(id) {
    const ours = patches.filter(({ file }) => id.split('?')[0].endsWith(`/${file}`))
    return ours.length > 0 ? ours.reduce(patchSource, readFileSync(id.split('?')[0], 'utf8')) : undefined
  },
}

export default mergeConfig(base, {
  plugins: [formerCode],
  test: { execArgv: ['--import', join(import.meta.dirname, 'dist', 'refind', 'hook.js')] },
})
