// Preloaded with --import: writes the address of every module that the process loads to the file MONTANA_LOADED_MODULES.
import { writeFileSync } from 'node:fs'
import { registerHooks } from 'node:module'

const loaded = []
registerHooks({
  load(url, context, next) {
    loaded.push(url)
    return next(url, context)
  },
})
process.on('exit', () => writeFileSync(process.env.MONTANA_LOADED_MODULES, loaded.join('\n')))
