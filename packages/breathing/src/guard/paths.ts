import { BREATH_FOLDER } from '../constants.js'

/** Printable, relative, with forward slashes, nothing of git's or ours: what may be named as a synced path. */
export function isSyncPath(path: string): boolean {
  const parts = path.split('/')
  const isPlain = /^[\x21-\x7e]{1,200}$/.test(path) && !path.includes('\\')
  return isPlain && parts.every(isPart) && parts[0] !== BREATH_FOLDER
}

function isPart(part: string): boolean {
  return part !== '' && part !== '.' && part !== '..' && part.toLowerCase() !== '.git'
}
