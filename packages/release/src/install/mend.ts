import { type ChangeContext, revert, takeOver } from './change.js'
import { afterUpgrade, prune, readHistory, writeHistory } from './history.js'
import { decideMend, endJournal, type Journal, type Mend, readJournal, writeJournal } from './journal.js'
import { currentRelease } from './layout.js'

/** How a change that was cut off, by a crash or kill -9, was brought to an end; null where there was none. */
export interface Mended {
  readonly how: Mend
  readonly from: string
  readonly to: string
}

/** `goesBack`: whoever asks for the release before does not want the new one confirmed first. */
export async function mend(context: ChangeContext, goesBack: boolean, signal: AbortSignal): Promise<Mended | null> {
  const { layout, step } = context
  const journal = await readJournal(layout)
  if (!journal) return null
  const { from, to } = journal
  const decided = decideMend(journal, await currentRelease(layout))
  step(`mend the change from ${from} to ${to} that was cut off`)
  if (decided === 'remember') {
    // However long ago that was: whoever goes back now goes back from a release that was well.
    await confirm(context, journal)
    return null
  }
  if (decided === 'forget') await forget(context, journal, signal)
  else if (decided === 'revert' || goesBack || (await takeOver(context, journal, signal)) !== undefined) {
    await revert(context, journal, signal)
    return { how: 'revert', from, to }
  } else await confirm(context, journal)
  return { how: decided, from, to }
}

/** A change that came to its end: it is remembered, and what nobody can go back to any more is removed. */
export async function confirm({ layout, step }: ChangeContext, journal: Journal): Promise<void> {
  const { from, to } = journal
  step('remember')
  await writeJournal(layout, { ...journal, isConfirmed: true })
  const history = await readHistory(layout)
  // Of a rollback both stand there already, and one may go forward again by upgrading.
  const isBackwards = history.indexOf(to) > history.indexOf(from) && history.includes(from)
  const kept = isBackwards ? history : afterUpgrade(history, from, to)
  await writeHistory(layout, kept)
  await endJournal(layout)
  step('remove older releases')
  await prune(layout, kept)
}

async function forget({ layout, services }: ChangeContext, journal: Journal, signal: AbortSignal): Promise<void> {
  for (const unit of journal.services) await services.start(unit, signal)
  await endJournal(layout)
}
