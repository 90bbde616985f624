// The agent's proof of its key on the control channel (declared in control_messages.h).
#include "common/protocol/control_messages.h"
#include "common/protocol/domains.h"

namespace waybill::protocol {

namespace {

ByteString proof_payload(ByteView nonce, const crypto::PublicKey& tracker, const AgentKey& agent) {
  return ByteString(nonce) + tracker.str() + agent.str();
}

}  // namespace

crypto::Signature sign_hello(const crypto::KeyPair& agent, ByteView nonce, const crypto::PublicKey& tracker) {
  return agent.sign(kHelloDomain, proof_payload(nonce, tracker, agent.public_key()));
}

bool verify_hello(const Hello& hello, ByteView nonce, const crypto::PublicKey& tracker) {
  return crypto::verify(hello.key, kHelloDomain, proof_payload(nonce, tracker, hello.key), hello.proof);
}

}  // namespace waybill::protocol
