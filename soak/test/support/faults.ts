import { type AppendFile, type JournalFiles, journalFiles } from '../../src/journal/files.js'

export interface FaultPlan {
  readonly files: JournalFiles
  /** Names of the calls so far. */
  readonly calls: string[]
}

/** The real files; those calls fail that the test picks by their number. */
export function faulty(code: string, isFaulty: (call: number, name: string) => boolean): FaultPlan {
  const calls: string[] = []
  const guarded = <T>(name: string, work: () => Promise<T>): Promise<T> => {
    const isHere = isFaulty(calls.length, name)
    calls.push(name)
    return isHere ? Promise.reject(Object.assign(new Error(code), { code })) : work()
  }
  const files: JournalFiles = {
    openAppend: async (path) => guardFile(await guarded('open', () => journalFiles.openAppend(path)), guarded),
    replace: (path, content) => guarded('replace', () => journalFiles.replace(path, content)),
    rename: (from, to) => guarded('rename', () => journalFiles.rename(from, to)),
    remove: (path) => guarded('remove', () => journalFiles.remove(path)),
  }
  return { files, calls }
}

function guardFile(file: AppendFile, guarded: <T>(name: string, work: () => Promise<T>) => Promise<T>): AppendFile {
  return {
    write: (data) => guarded('write', () => file.write(data)),
    datasync: () => guarded('datasync', () => file.datasync()),
    truncate: (length) => guarded('truncate', () => file.truncate(length)),
    close: () => file.close(),
  }
}
