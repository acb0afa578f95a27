import { describe, expect, it } from 'vitest'
import { classOf } from '../../src/push/error-class.js'
import { parseListing } from '../../src/push/listing.js'
import { parsePorcelain } from '../../src/push/porcelain.js'
import { refusalOf } from '../../src/push/refusal.js'
import { failureOf } from '../../src/push/remote-words.js'

const A = 'a'.repeat(40)

describe('git push --porcelain', () => {
  it('is read line by line', () => {
    const text = [
      'To ssh://host/r.git',
      ` \t${A}:refs/heads/main\t1234567..89abcde`,
      `*\t${A}:refs/heads/new\t[new branch]`,
      `!\t${A}:refs/heads/x\t[remote rejected] (hook declined)`,
      `!\t${A}:refs/heads/y\t[rejected] (stale info)`,
      `=\t${A}:refs/tags/v1\t[up to date]`,
      'Done',
    ].join('\n')
    expect(parsePorcelain(text)).toEqual([
      { ref: 'refs/heads/main', flag: ' ', reason: null },
      { ref: 'refs/heads/new', flag: '*', reason: null },
      { ref: 'refs/heads/x', flag: '!', reason: 'hook declined' },
      { ref: 'refs/heads/y', flag: '!', reason: 'stale info' },
      { ref: 'refs/tags/v1', flag: '=', reason: null },
    ])
  })

  it.each([
    ['stale info', 'moved'],
    ['incorrect old value provided', 'moved'],
    ['atomic push failure', 'held'],
    ['atomic transaction failed', 'held'],
    ['deny updating a hidden ref', 'REF_HIDDEN'],
    ['protected branch hook declined', 'REF_REJECTED'],
    [
      'refusing to allow a Personal Access Token to create or update workflow `.github/workflows/x.yml` without `workflow` scope',
      'WORKFLOW_SCOPE',
    ],
    [
      'refusing to allow a GitHub App to create or update workflow `x` without `workflows` permission',
      'WORKFLOW_SCOPE',
    ],
  ])('%s: %s', (reason, expected) => {
    const refusal = refusalOf(reason)
    expect(refusal.kind === 'own' ? refusal.code : refusal.kind).toBe(expected)
  })
})

describe('what a target lists', () => {
  it('gives refs and the branch of HEAD, without peeled tags', () => {
    const text = `ref: refs/heads/main\tHEAD\n${A}\tHEAD\n${A}\trefs/heads/main\n${A}\trefs/tags/v1\n${A}\trefs/tags/v1^{}\n`
    expect(parseListing(text)).toEqual({
      tips: new Map([
        ['refs/heads/main', A],
        ['refs/tags/v1', A],
      ]),
      head: 'refs/heads/main',
    })
  })

  it('may be empty', () => {
    expect(parseListing('')).toEqual({ tips: new Map(), head: null })
  })

  it.each(['<html>', `${A} refs/heads/main`, `${A}\trefs/heads/a b`, `abc\trefs/heads/a`, `${A}\trefs/heads/a:b`])(
    'is refused when it is no list: %s',
    (text) => {
      expect(() => parseListing(text)).toThrow(expect.objectContaining({ code: 'TARGET_ANSWER_INVALID' }))
    },
  )
})

describe('the words of a failure', () => {
  it.each([
    ["fatal: could not read Username for 'https://h': terminal prompts disabled", 'TARGET_AUTH'],
    ["fatal: Authentication failed for 'https://h/'", 'TARGET_AUTH'],
    ['git@h: Permission denied (publickey).\nfatal: Could not read from remote repository.', 'TARGET_AUTH'],
    ["fatal: unable to access 'https://h/': The requested URL returned error: 403", 'TARGET_FORBIDDEN'],
    [
      "remote: Permission to o/r.git denied to x.\nfatal: unable to access 'https://h/': error: 403",
      'TARGET_FORBIDDEN',
    ],
    ["fatal: repository 'https://h/o/r/' not found", 'TARGET_NOT_FOUND'],
    ['ERROR: Repository not found.\nfatal: Could not read from remote repository.', 'TARGET_NOT_FOUND'],
    ["fatal: unable to access 'https://h/': The requested URL returned error: 301", 'TARGET_MOVED'],
    ["fatal: unable to access 'https://h/': The requested URL returned error: 502", 'TARGET_UNREACHABLE'],
    ["fatal: unable to access 'https://h/': Could not resolve host: h", 'TARGET_UNREACHABLE'],
    ["fatal: unable to access 'https://h/': SSL certificate problem: self-signed certificate", 'TARGET_UNREACHABLE'],
    ['ssh: connect to host h port 22: Connection refused\r\nfatal: Could not read from remote', 'TARGET_UNREACHABLE'],
    ['fatal: the remote end hung up unexpectedly', 'TARGET_UNREACHABLE'],
    ['No ED25519 host key is known for h and you have requested strict checking.', 'HOST_KEY_UNKNOWN'],
    ['@ WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED! @\nHost key verification failed.', 'HOST_KEY_CHANGED'],
    ['fatal: something nobody has seen', 'GIT_FAILED'],
  ])('%j is %s', (words, code) => {
    expect(failureOf(words).code).toBe(code)
  })

  it.each([
    ['TARGET_UNREACHABLE', 'transient'],
    ['RATE_LIMITED', 'transient'],
    ['TIMEOUT', 'transient'],
    ['TARGET_AUTH', 'blocked'],
    ['TARGET_NOT_FOUND', 'blocked'],
    ['REF_DIVERGED', 'blocked'],
    ['SOURCE_SHALLOW', 'blocked'],
    ['CONFIG_INVALID', 'blocked'],
  ])('%s is %s', (code, expected) => {
    expect(classOf(code)).toBe(expected)
  })
})
