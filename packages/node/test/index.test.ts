import * as node from '@turnpike/node'
import { expect, test } from '@jest/globals'

test('the package exports what its documentation names', () => {
  expect(Object.keys(node).toSorted()).toEqual([
    'TurnpikeError',
    'admission',
    'admit',
    'answerChallenge',
    'answerDocument',
    'answerEndpoint',
    'anyOf',
    'applyAnswer',
    'applyPass',
    'auditFile',
    'beforeHeaders',
    'createGate',
    'exposeFields',
    'isGone',
    'keepFields',
    'memoryStore',
    'mergeFieldList',
    'pow',
    'privateCacheControl',
    'requestView',
    'sats',
    'sendAnswer',
    'setFields',
    'statusAnswers',
    'statusEndpoint',
    'turnpike',
    'watch',
  ])
})
