import { leaf } from './leaves.js'

/** One star at most, and nothing that git refuses in a name. Spec repository-mirror 3.2 REFS. */
const PATTERN = /^\^?refs\/(?!.*(?:\.\.|\/\/|\.lock$|\/$|\*.*\*))[A-Za-z0-9._/*@+=,-]{1,200}$/

export const refPatterns = leaf<readonly string[]>(
  'a list of patterns such as refs/heads/*,refs/tags/*,^refs/heads/wip/* of which at least one includes',
  (text) => {
    const patterns = text.split(',').map((pattern) => pattern.trim())
    const isValid = patterns.every((pattern) => PATTERN.test(pattern))
    return isValid && patterns.some((pattern) => !pattern.startsWith('^')) ? patterns : undefined
  },
)
