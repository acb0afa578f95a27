// Handed to a child by `--import`: writes the URL of every module that it loaded, one a line, to $LOADED when it ends.
import { writeFileSync } from 'node:fs'
import { registerHooks } from 'node:module'

const loaded = []
registerHooks({
  load(url, context, next) {
    loaded.push(url)
    return next(url, context)
  },
})
process.on('exit', () => writeFileSync(process.env.LOADED, loaded.join('\n')))
