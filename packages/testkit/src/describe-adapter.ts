import { describe } from '@jest/globals'
import { adapterSubject, type AdapterUnderTest } from './adapter-subject.ts'
import { describeAdmission } from './describe-adapter-admission.ts'
import { describeBrowsers } from './describe-adapter-browsers.ts'
import { describeEndings } from './describe-adapter-endings.ts'
import { describeIdentities } from './describe-adapter-identities.ts'
import { describeMistakes } from './describe-adapter-mistakes.ts'
import { describeOperation } from './describe-adapter-operation.ts'

/**
 * The conformance suite of adapters: black-box, over real HTTP, against the scenario application in a process of its
 * own. The same suite serves other majors of a framework and packed tarballs, given another command.
 *
 * @example describeAdapter({ name: 'Express 5', command: [process.execPath, 'test/servers/express.js'] })
 */
export function describeAdapter(adapter: AdapterUnderTest): void {
  describe(`${adapter.name} adapter`, () => {
    describe('with default settings', () => {
      const subject = adapterSubject(adapter)
      describeAdmission(subject)
      describeIdentities(subject)
      describeEndings(subject)
      describeBrowsers(subject)
      describeMistakes(subject)
    })
    describeOperation(adapter)
  })
}
