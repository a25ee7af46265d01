#ifndef OUROBOROS_CCRYPTO_H
#define OUROBOROS_CCRYPTO_H
#include <openssl/sha.h>
#endif
