/** What `stat` says of a file or folder. */
interface Found {
  readonly mode: number
  readonly uid: number
  readonly gid: number
}

const OTHERS = 0o077
/** Of the bits of group and others: all but those by which a group may read. */
const OTHERS_OF_CREDENTIALS = 0o027
const ROOT = 0

/**
 * Whether nobody but its owner can open it. Credentials of systemd belong to root, and the entry of the one user who may
 * read them shows as the bits of a group.
 */
export function isClosedToOthers(
  path: string,
  { mode, uid, gid }: Found,
  credentials = process.env.CREDENTIALS_DIRECTORY,
): boolean {
  const isCredential = credentials !== undefined && (path === credentials || path.startsWith(`${credentials}/`))
  const isOfRoot = uid === ROOT && gid === ROOT
  return (mode & (isCredential && isOfRoot ? OTHERS_OF_CREDENTIALS : OTHERS)) === 0
}
