// The part of MPI that Ouroboros uses, in a form that Swift can import.
//
// MPI's handles (MPI_COMM_WORLD, MPI_FLOAT, MPI_SUM, MPI_IN_PLACE) are macros that cast, and Swift
// does not import those; a C function that returns an error code may be called from Swift with
// the code ignored, without a warning. So each handle is a function here, and each call is a
// wrapper whose result has to be used. Everything is `static inline`: there is no object file.
#ifndef OUROBOROS_CMPI_H
#define OUROBOROS_CMPI_H

#include <linux/memfd.h>
#include <mpi.h>
#include <stddef.h>
#include <sys/syscall.h>
#include <unistd.h>

#define CMPI_CALL static inline __attribute__((warn_unused_result)) int

// Sizes that the Swift side relies on.
_Static_assert(sizeof(float) == 4 && sizeof(double) == 8 && sizeof(int) == 4, "scalar sizes");
_Static_assert(sizeof(MPI_Count) == 8 && sizeof(MPI_Aint) == 8, "64-bit counts and addresses");

// Handles.
static inline MPI_Comm cmpi_comm_world(void) { return MPI_COMM_WORLD; }
static inline MPI_Comm cmpi_comm_null(void) { return MPI_COMM_NULL; }
static inline MPI_Request cmpi_request_null(void) { return MPI_REQUEST_NULL; }
static inline MPI_Datatype cmpi_float(void) { return MPI_FLOAT; }
static inline MPI_Datatype cmpi_double(void) { return MPI_DOUBLE; }
static inline MPI_Datatype cmpi_int32(void) { return MPI_INT32_T; }
static inline MPI_Datatype cmpi_int64(void) { return MPI_INT64_T; }
static inline MPI_Datatype cmpi_uint8(void) { return MPI_UINT8_T; }
static inline MPI_Op cmpi_sum(void) { return MPI_SUM; }
static inline MPI_Op cmpi_product(void) { return MPI_PROD; }
static inline MPI_Op cmpi_minimum(void) { return MPI_MIN; }
static inline MPI_Op cmpi_maximum(void) { return MPI_MAX; }
static inline void *cmpi_in_place(void) { return MPI_IN_PLACE; }

// Environment.
CMPI_CALL cmpi_init_thread(int required, int *provided) {
  return MPI_Init_thread(NULL, NULL, required, provided);
}
CMPI_CALL cmpi_finalize(void) { return MPI_Finalize(); }
CMPI_CALL cmpi_initialized(int *flag) { return MPI_Initialized(flag); }
CMPI_CALL cmpi_finalized(int *flag) { return MPI_Finalized(flag); }
CMPI_CALL cmpi_query_thread(int *provided) { return MPI_Query_thread(provided); }
CMPI_CALL cmpi_return_errors(MPI_Comm comm) {
  return MPI_Comm_set_errhandler(comm, MPI_ERRORS_RETURN);
}
CMPI_CALL cmpi_abort(MPI_Comm comm, int code) { return MPI_Abort(comm, code); }
CMPI_CALL cmpi_processor_name(char *name, int *length) {
  return MPI_Get_processor_name(name, length);
}
CMPI_CALL cmpi_library_version(char *version, int *length) {
  return MPI_Get_library_version(version, length);
}
CMPI_CALL cmpi_standard_version(int *major, int *minor) { return MPI_Get_version(major, minor); }
CMPI_CALL cmpi_error_class(int code, int *error_class) {
  return MPI_Error_class(code, error_class);
}
CMPI_CALL cmpi_error_string(int code, char *text, int *length) {
  return MPI_Error_string(code, text, length);
}

// Communicators.
CMPI_CALL cmpi_comm_rank(MPI_Comm comm, int *rank) { return MPI_Comm_rank(comm, rank); }
CMPI_CALL cmpi_comm_size(MPI_Comm comm, int *size) { return MPI_Comm_size(comm, size); }
CMPI_CALL cmpi_comm_dup(MPI_Comm comm, MPI_Comm *copy) { return MPI_Comm_dup(comm, copy); }
CMPI_CALL cmpi_comm_split(MPI_Comm comm, int color, int key, MPI_Comm *part) {
  return MPI_Comm_split(comm, color, key, part);
}
static inline int cmpi_undefined(void) { return MPI_UNDEFINED; }
CMPI_CALL cmpi_comm_split_node(MPI_Comm comm, int key, MPI_Comm *part) {
  return MPI_Comm_split_type(comm, MPI_COMM_TYPE_SHARED, key, MPI_INFO_NULL, part);
}
CMPI_CALL cmpi_comm_free(MPI_Comm *comm) { return MPI_Comm_free(comm); }

// Point to point.
CMPI_CALL cmpi_send(const void *buffer, int count, MPI_Datatype type, int to, int tag,
                    MPI_Comm comm) {
  return MPI_Send(buffer, count, type, to, tag, comm);
}
CMPI_CALL cmpi_recv(void *buffer, int count, MPI_Datatype type, int from, int tag, MPI_Comm comm,
                    MPI_Status *status) {
  return MPI_Recv(buffer, count, type, from, tag, comm, status);
}
CMPI_CALL cmpi_isend(const void *buffer, int count, MPI_Datatype type, int to, int tag,
                     MPI_Comm comm, MPI_Request *request) {
  return MPI_Isend(buffer, count, type, to, tag, comm, request);
}
CMPI_CALL cmpi_irecv(void *buffer, int count, MPI_Datatype type, int from, int tag, MPI_Comm comm,
                     MPI_Request *request) {
  return MPI_Irecv(buffer, count, type, from, tag, comm, request);
}
CMPI_CALL cmpi_probe(int from, int tag, MPI_Comm comm, MPI_Status *status) {
  return MPI_Probe(from, tag, comm, status);
}
CMPI_CALL cmpi_iprobe(int from, int tag, MPI_Comm comm, int *flag, MPI_Status *status) {
  return MPI_Iprobe(from, tag, comm, flag, status);
}
CMPI_CALL cmpi_wait(MPI_Request *request, MPI_Status *status) { return MPI_Wait(request, status); }
CMPI_CALL cmpi_test(MPI_Request *request, int *flag, MPI_Status *status) {
  return MPI_Test(request, flag, status);
}
// Repeated messages.
CMPI_CALL cmpi_send_init(const void *buffer, int count, MPI_Datatype type, int to, int tag,
                         MPI_Comm comm, MPI_Request *request) {
  return MPI_Send_init(buffer, count, type, to, tag, comm, request);
}
CMPI_CALL cmpi_recv_init(void *buffer, int count, MPI_Datatype type, int from, int tag,
                         MPI_Comm comm, MPI_Request *request) {
  return MPI_Recv_init(buffer, count, type, from, tag, comm, request);
}
CMPI_CALL cmpi_start(MPI_Request *request) { return MPI_Start(request); }
CMPI_CALL cmpi_testsome(int count, MPI_Request requests[], int *done, int indices[]) {
  return MPI_Testsome(count, requests, done, indices, MPI_STATUSES_IGNORE);
}
CMPI_CALL cmpi_waitsome(int count, MPI_Request requests[], int *done, int indices[]) {
  return MPI_Waitsome(count, requests, done, indices, MPI_STATUSES_IGNORE);
}
CMPI_CALL cmpi_request_free(MPI_Request *request) { return MPI_Request_free(request); }
CMPI_CALL cmpi_cancel(MPI_Request *request) { return MPI_Cancel(request); }
CMPI_CALL cmpi_test_cancelled(const MPI_Status *status, int *flag) {
  return MPI_Test_cancelled(status, flag);
}
// Bytes of a message, whatever type it was sent with; a 64-bit count.
CMPI_CALL cmpi_byte_count(const MPI_Status *status, MPI_Count *count) {
  return MPI_Get_elements_x(status, MPI_BYTE, count);
}

// Derived types: more than 2^31 - 1 elements as one message.
CMPI_CALL cmpi_type_contiguous(int count, MPI_Datatype base, MPI_Datatype *type) {
  return MPI_Type_contiguous(count, base, type);
}
CMPI_CALL cmpi_type_pair(const int counts[2], const MPI_Aint offsets[2],
                         const MPI_Datatype types[2], MPI_Datatype *type) {
  return MPI_Type_create_struct(2, counts, offsets, types, type);
}
CMPI_CALL cmpi_type_commit(MPI_Datatype *type) { return MPI_Type_commit(type); }
CMPI_CALL cmpi_type_free(MPI_Datatype *type) { return MPI_Type_free(type); }

// Collectives.
CMPI_CALL cmpi_barrier(MPI_Comm comm) { return MPI_Barrier(comm); }
CMPI_CALL cmpi_bcast(void *buffer, int count, MPI_Datatype type, int root, MPI_Comm comm) {
  return MPI_Bcast(buffer, count, type, root, comm);
}
CMPI_CALL cmpi_reduce(const void *send, void *receive, int count, MPI_Datatype type, MPI_Op op,
                      int root, MPI_Comm comm) {
  return MPI_Reduce(send, receive, count, type, op, root, comm);
}
CMPI_CALL cmpi_allreduce(const void *send, void *receive, int count, MPI_Datatype type, MPI_Op op,
                         MPI_Comm comm) {
  return MPI_Allreduce(send, receive, count, type, op, comm);
}
CMPI_CALL cmpi_gatherv(const void *send, int count, void *receive, const int counts[],
                       const int offsets[], MPI_Datatype type, int root, MPI_Comm comm) {
  return MPI_Gatherv(send, count, type, receive, counts, offsets, type, root, comm);
}
CMPI_CALL cmpi_scatterv(const void *send, const int counts[], const int offsets[], void *receive,
                        int count, MPI_Datatype type, int root, MPI_Comm comm) {
  return MPI_Scatterv(send, counts, offsets, type, receive, count, type, root, comm);
}
CMPI_CALL cmpi_allgather(const void *send, void *receive, int count, MPI_Datatype type,
                         MPI_Comm comm) {
  return MPI_Allgather(send, count, type, receive, count, type, comm);
}
CMPI_CALL cmpi_allgatherv(const void *send, int count, void *receive, const int counts[],
                          const int offsets[], MPI_Datatype type, MPI_Comm comm) {
  return MPI_Allgatherv(send, count, type, receive, counts, offsets, type, comm);
}
CMPI_CALL cmpi_alltoallv(const void *send, const int send_counts[], const int send_offsets[],
                         void *receive, const int receive_counts[], const int receive_offsets[],
                         MPI_Datatype type, MPI_Comm comm) {
  return MPI_Alltoallv(send, send_counts, send_offsets, type, receive, receive_counts,
                       receive_offsets, type, comm);
}

// The value in force of one of the library's boolean settings, for example mpi_yield_when_idle:
// 0 or 1, or -1 where this library has no such setting.
static inline int cmpi_boolean_setting(const char *name) {
  int level = 0, index = 0, count = 0, result = -1;
  _Bool value[16] = {0};
  MPI_T_cvar_handle handle;
  if (MPI_T_init_thread(MPI_THREAD_SINGLE, &level) != MPI_SUCCESS) return -1;
  if (MPI_T_cvar_get_index(name, &index) == MPI_SUCCESS &&
      MPI_T_cvar_handle_alloc(index, NULL, &handle, &count) == MPI_SUCCESS) {
    if (count == 1 && MPI_T_cvar_read(handle, value) == MPI_SUCCESS) result = value[0] ? 1 : 0;
    (void)MPI_T_cvar_handle_free(&handle);
  }
  (void)MPI_T_finalize();
  return result;
}

#undef CMPI_CALL

// Memory that ranks of a node share, beside MPI.

// A file that exists in memory only and has no name; its descriptor or -1. Swift does not import the
// C library's function.
static inline int cmpi_memory_file(void) {
  return (int)syscall(SYS_memfd_create, "ouroboros", MFD_CLOEXEC);
}

// Tells the core that it waits in a loop.
static inline void cmpi_spin_hint(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}

#endif
