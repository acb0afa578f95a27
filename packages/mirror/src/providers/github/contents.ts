import { MirrorError } from '../../contracts/errors.js'
import type { Contents } from '../../contracts/provider.js'
import { orAbsent } from './absent.js'
import type { GithubClient } from './client.js'
import { statusOf } from './failures.js'
import { commit, content } from './schemas.js'

const FILE = 'GET /repos/{owner}/{repo}/contents/{+path}'
const COMMIT = 'GET /repos/{owner}/{repo}/commits/{+ref}'
const FILE_MAX_BYTES = 2 ** 20

export function createContents(client: GithubClient): Contents {
  return {
    async file(path, ref, signal) {
      const parameters = { path, ...(ref === null ? {} : { ref }) }
      const answer = await orAbsent(client, client.call({ route: FILE, schema: content, parameters }, signal), signal)
      return answer === null ? null : decodeText(answer.data.content, path)
    },
    async tip(ref, signal) {
      // One page with one file: only the id is wanted, and a commit may list thousands.
      const parameters = { ref, per_page: 1 }
      try {
        const asked = client.call({ route: COMMIT, schema: commit, parameters }, signal)
        return (await orAbsent(client, asked, signal))?.data.sha ?? null
      } catch (error) {
        // 422: no commit of this name; 409: a repository without any.
        if (statusOf(error) === 422 || statusOf(error) === 409) return null
        throw error
      }
    },
  }
}

function decodeText(base64: string, path: string): string {
  const bytes = Buffer.from(base64, 'base64')
  if (bytes.length <= FILE_MAX_BYTES) return bytes.toString('utf8')
  throw new MirrorError('TARGET_ANSWER_INVALID', `${path} is longer than ${FILE_MAX_BYTES} bytes`)
}
