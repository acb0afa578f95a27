import type { RepositoryName } from '../contracts/config.js'
import { leaf } from './leaves.js'

/** Characters of GitHub; an underscore is in the names of managed users. */
const OWNER = /^[A-Za-z0-9](?:[A-Za-z0-9_-]{0,38})$/
const NAME = /^(?!\.{1,2}$)(?!.*\.git$)[A-Za-z0-9._-]{1,100}$/

export const repositoryName = leaf<RepositoryName>('owner/name of a repository', (text) => {
  const [owner, name, ...rest] = text.split('/')
  if (owner === undefined || name === undefined || rest.length > 0) return undefined
  return OWNER.test(owner) && NAME.test(name) ? { owner, name } : undefined
})

export function nameText({ owner, name }: RepositoryName): string {
  return `${owner}/${name}`
}
