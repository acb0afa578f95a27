import { Command } from 'commander'

/** `montana mirror` without its verbs. */
export function mirrorGroup(): Command {
  return new Command('mirror').description('a repository that survives the loss of its account')
}
