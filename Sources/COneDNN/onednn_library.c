#define _GNU_SOURCE  // RTLD_DEFAULT
#include <dlfcn.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>

#include "onednn_internal.h"

// -- Errors ----------------------------------------------------------------------------

static _Thread_local char last_error[256] = "";

const char *onednn_status_text(int status) {
  switch (status) {
    case dnnl_success: return "success";
    case dnnl_out_of_memory: return "out_of_memory";
    case dnnl_invalid_arguments: return "invalid_arguments";
    case dnnl_unimplemented: return "unimplemented";
    case dnnl_runtime_error: return "runtime_error";
    case dnnl_not_required: return "not_required";
    default: return "unknown status";
  }
}

const char *onednn_last_error(void) { return last_error; }

int onednn_fail(int status, const char *call) {
  snprintf(last_error, sizeof last_error, "%s: %s (%d)", call, onednn_status_text(status), status);
  return status;
}

int onednn_refuse(const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(last_error, sizeof last_error, format, arguments);
  va_end(arguments);
  return dnnl_invalid_arguments;
}

// -- Threads ---------------------------------------------------------------------------

// OpenMP's setting belongs to the calling thread (OpenMP 5.0, section 2.5.1), so that each thread
// sets its own once. The library's OpenMP runtime is looked up by name: it may be any of them, and
// a build without OpenMP has none.
void onednn_use_one_thread(void) {
  static _Thread_local int done = 0;
  if (done) return;
  void (*set_threads)(int) = (void (*)(int))dlsym(RTLD_DEFAULT, "omp_set_num_threads");
  if (set_threads != NULL) set_threads(1);
  done = 1;
}

// -- Engine and stream -----------------------------------------------------------------

static pthread_once_t context_once = PTHREAD_ONCE_INIT;
static dnnl_engine_t context_engine = NULL;
static dnnl_stream_t context_stream = NULL;
static int context_status = 0;
static const char *context_call = "";

// Both live as long as the process. A stream of the processor's engine holds no state.
static void create_context(void) {
  context_call = "dnnl_engine_create";
  context_status = dnnl_engine_create(&context_engine, dnnl_cpu, 0);
  if (context_status != 0) return;
  context_call = "dnnl_stream_create";
  context_status = dnnl_stream_create(&context_stream, context_engine, dnnl_stream_in_order);
}

int onednn_context(dnnl_engine_t *engine, dnnl_stream_t *stream) {
  onednn_use_one_thread();
  pthread_once(&context_once, create_context);
  if (context_status != 0) return onednn_fail(context_status, context_call);
  *engine = context_engine;
  *stream = context_stream;
  return 0;
}

// -- What is loaded --------------------------------------------------------------------

static char version_text[32];

static void write_version(void) {
  const dnnl_version_t *version = dnnl_version();
  snprintf(version_text, sizeof version_text, "%d.%d.%d", version->major, version->minor,
           version->patch);
}

const char *onednn_version(void) {
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  pthread_once(&once, write_version);
  return version_text;
}

int onednn_interface_version(void) { return DNNL_VERSION_MAJOR; }

const char *onednn_runtime(void) {
  switch (dnnl_version()->cpu_runtime) {
    case DNNL_RUNTIME_NONE: return "none";
    case DNNL_RUNTIME_SEQ: return "sequential";
    case DNNL_RUNTIME_OMP: return "OpenMP";
    case DNNL_RUNTIME_TBB: return "TBB";
    case DNNL_RUNTIME_THREADPOOL: return "threadpool";
    case DNNL_RUNTIME_SYCL: return "SYCL";
    default: return "unknown";
  }
}

// -- Instruction sets ------------------------------------------------------------------

int onednn_limit_isa(onednn_isa isa) {
  dnnl_cpu_isa_t limit;
  switch (isa) {
    case ONEDNN_ISA_SSE41: limit = dnnl_cpu_isa_sse41; break;
    case ONEDNN_ISA_AVX2: limit = dnnl_cpu_isa_avx2; break;
    case ONEDNN_ISA_AVX512: limit = dnnl_cpu_isa_avx512_core; break;
    case ONEDNN_ISA_AVX512_BF16: limit = dnnl_cpu_isa_avx512_core_bf16; break;
    case ONEDNN_ISA_AMX: limit = dnnl_cpu_isa_avx512_core_amx; break;
    case ONEDNN_ISA_ANY: return 0;
    default: return onednn_refuse("instruction set %d is unknown", (int)isa);
  }
  CHECK(dnnl_set_max_cpu_isa, limit);
  return 0;
}

const char *onednn_isa_name(void) {
  int isa = (int)dnnl_get_effective_cpu_isa();
  // Each set's bits contain those of the ones below it; the names are those of
  // ONEDNN_MAX_CPU_ISA in lower case.
  static const struct {
    int bits;
    const char *name;
  } sets[] = {
      {dnnl_cpu_isa_avx512_core_amx, "avx512_core_amx"},
      {dnnl_cpu_isa_avx512_core_bf16, "avx512_core_bf16"},
      {dnnl_cpu_isa_avx512_core_vnni, "avx512_core_vnni"},
      {dnnl_cpu_isa_avx512_core, "avx512_core"},
      {dnnl_cpu_isa_avx2, "avx2"},
      {dnnl_cpu_isa_avx, "avx"},
      {dnnl_cpu_isa_sse41, "sse41"},
  };
  for (size_t i = 0; i < sizeof sets / sizeof sets[0]; i++) {
    if ((isa & sets[i].bits) == sets[i].bits) return sets[i].name;
  }
  return "baseline";
}

int onednn_has_bf16(void) {
  int bits = dnnl_cpu_isa_avx512_core_bf16;
  return ((int)dnnl_get_effective_cpu_isa() & bits) == bits;
}
