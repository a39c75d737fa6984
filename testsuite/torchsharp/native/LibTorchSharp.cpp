// The native half of the TorchSharp stand-in: every ATen operator through one boxed call.
//
// THSX_* functions are the stand-in's own. THS* functions without the X have the name and the shape of
// the exports of the real LibTorchSharp, because the DlAot runtime binds to them with either library.
// A Tensor is an at::Tensor* on the heap, owned by the managed torch.Tensor, as in the real library.
//
// Compiles against libtorch 1.13 and 2.x: only the dispatcher, at::Tensor and c10 are used, and only
// what both have.

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <ATen/core/Tensor.h>
#include <ATen/core/dispatch/Dispatcher.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/from_blob.h>
#include <c10/core/DefaultDtype.h>
#include <c10/core/InferenceMode.h>
#include <dlfcn.h>
#include <torch/csrc/autograd/anomaly_mode.h>
#include <torch/csrc/autograd/autograd.h>
#include <torch/cuda.h>
#include <torch/version.h>

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

#define EXPORT(T) extern "C" __attribute__((visibility("default"))) T

// libtorch 1.13 has an optional of its own; later versions use the standard one and drop the alias.
#if TORCH_VERSION_MAJOR > 2 || (TORCH_VERSION_MAJOR == 2 && TORCH_VERSION_MINOR >= 2)
#include <optional>
template <typename T> using Optional = std::optional<T>;
#else
template <typename T> using Optional = c10::optional<T>;
#endif

typedef at::Tensor* Tensor;
typedef at::Generator* Generator;

// ---------------------------------------------------------------------------------------------------
// Errors: kept per thread, picked up by the managed side, thrown there as ExternalException.

static thread_local std::string last_error;
static thread_local bool has_error = false;

static void set_error(const char* message) {
    last_error = message;
    has_error = true;
}

template <typename R, typename F> static R guarded(R on_error, F body) noexcept {
    try {
        return body();
    } catch (const c10::Error& e) {
        set_error(e.what_without_backtrace());
    } catch (const std::exception& e) {
        set_error(e.what());
    } catch (...) {
        set_error("unknown native error");
    }
    return on_error;
}

template <typename F> static void guarded(F body) noexcept {
    guarded<int>(0, [&] { body(); return 0; });
}

EXPORT(const char*) THSTorch_get_and_reset_last_err() {
    if (!has_error)
        return nullptr;
    has_error = false;
    return last_error.c_str();
}

// ---------------------------------------------------------------------------------------------------
// One argument or result, tagged. The managed TorchSharp.NativeArg has the same layout.

enum Tag : int32_t {
    TagNone = 0,       // an explicit null
    TagDefault = 1,    // what the schema says
    TagTensor = 2,     // p: at::Tensor*
    TagInt = 3,        // i; also dtype, layout, memory format
    TagDouble = 4,     // d
    TagBool = 5,       // i
    TagInts = 6,       // p: int64_t*, n
    TagDoubles = 7,    // p: double*, n
    TagTensors = 8,    // p: at::Tensor**, n; null entries where the schema allows them
    TagString = 9,     // p: char*, n
    TagDevice = 10,    // i: index, n: type
    TagGenerator = 11, // p: at::Generator*
    TagComplex = 12,   // p: double[2]
};

struct Arg {
    int32_t tag;
    int32_t n;
    union {
        int64_t i;
        double d;
        void* p;
    };
};

struct Param {
    c10::TypeKind kind;
    c10::TypeKind element;
    bool optional;
    bool optional_element;
    int32_t fixed_length; // int[2]: a single int stands for both
    Optional<c10::IValue> fallback;
};

struct Op {
    c10::OperatorHandle handle;
    std::vector<Param> params;
    std::string name;
};

static c10::TypePtr strip_optional(const c10::TypePtr& type, bool& optional) {
    optional = type->kind() == c10::TypeKind::OptionalType;
    return optional ? type->castRaw<c10::OptionalType>()->getElementType() : type;
}

EXPORT(Op*) THSX_find(const char* name, const char* overload) {
    return guarded<Op*>(nullptr, [&] {
        auto found = c10::Dispatcher::singleton().findSchemaOrThrow(name, overload);
        auto op = std::make_unique<Op>(Op{found, {}, name});
        for (const auto& argument : found.schema().arguments()) {
            Param param{};
            auto type = strip_optional(argument.type(), param.optional);
            param.kind = type->kind();
            param.element = c10::TypeKind::AnyType;
            if (param.kind == c10::TypeKind::ListType)
                param.element = strip_optional(type->castRaw<c10::ListType>()->getElementType(), param.optional_element)->kind();
            param.fixed_length = argument.N() ? *argument.N() : 1;
            param.fallback = argument.default_value();
            op->params.push_back(std::move(param));
        }
        return op.release();
    });
}

[[noreturn]] static void bad_argument(const Op& op, size_t index) {
    const auto& schema = op.handle.schema();
    if (index >= schema.arguments().size())
        throw std::runtime_error("too many arguments for " + op.name);
    throw std::runtime_error("argument '" + schema.arguments()[index].name() + "' of " + op.name + " has the wrong type");
}

static c10::Scalar complex_scalar(const Arg& a) {
    auto parts = static_cast<const double*>(a.p);
    return c10::complex<double>(parts[0], parts[1]);
}

static at::ArrayRef<int64_t> ints(const Arg& a) {
    return {static_cast<const int64_t*>(a.p), static_cast<size_t>(a.n)};
}

static c10::IValue to_list(const Op& op, size_t index, const Arg& a) {
    const Param& param = op.params[index];
    switch (param.element) {
    case c10::TypeKind::IntType:
    case c10::TypeKind::SymIntType:
        if (a.tag == TagInts)
            return c10::IValue(ints(a));
        if (a.tag == TagInt)
            return c10::IValue(std::vector<int64_t>(param.fixed_length, a.i));
        break;
    case c10::TypeKind::FloatType:
        if (a.tag == TagDoubles)
            return c10::IValue(std::vector<double>(static_cast<double*>(a.p), static_cast<double*>(a.p) + a.n));
        break;
    case c10::TypeKind::BoolType:
        if (a.tag == TagInts) {
            c10::List<bool> list;
            for (auto value : ints(a))
                list.push_back(value != 0);
            return c10::IValue(std::move(list));
        }
        break;
    case c10::TypeKind::TensorType:
        if (a.tag == TagTensors) {
            auto tensors = static_cast<Tensor*>(a.p);
            if (param.optional_element) {
                c10::List<Optional<at::Tensor>> list;
                list.reserve(a.n);
                for (int32_t k = 0; k < a.n; k++)
                    list.push_back(tensors[k] ? Optional<at::Tensor>(*tensors[k]) : Optional<at::Tensor>());
                return c10::IValue(std::move(list));
            }
            c10::List<at::Tensor> list;
            list.reserve(a.n);
            for (int32_t k = 0; k < a.n; k++)
                list.push_back(*tensors[k]);
            return c10::IValue(std::move(list));
        }
        break;
    default:
        break;
    }
    bad_argument(op, index);
}

static c10::IValue to_ivalue(const Op& op, size_t index, const Arg& a) {
    if (index >= op.params.size())
        bad_argument(op, index);
    const Param& param = op.params[index];
    if (a.tag == TagDefault) {
        if (!param.fallback)
            bad_argument(op, index);
        return *param.fallback;
    }
    if (a.tag == TagNone) {
        if (param.optional)
            return c10::IValue();
        if (param.kind == c10::TypeKind::TensorType)
            return c10::IValue(at::Tensor());
        bad_argument(op, index);
    }
    switch (param.kind) {
    case c10::TypeKind::TensorType:
        if (a.tag == TagTensor)
            return c10::IValue(*static_cast<Tensor>(a.p));
        break;
    case c10::TypeKind::IntType:
    case c10::TypeKind::SymIntType:
    case c10::TypeKind::ScalarTypeType:
    case c10::TypeKind::LayoutType:
    case c10::TypeKind::MemoryFormatType:
        if (a.tag == TagInt || a.tag == TagBool)
            return c10::IValue(a.i);
        break;
    case c10::TypeKind::FloatType:
        if (a.tag == TagDouble)
            return c10::IValue(a.d);
        if (a.tag == TagInt)
            return c10::IValue(static_cast<double>(a.i));
        break;
    case c10::TypeKind::BoolType:
        if (a.tag == TagBool || a.tag == TagInt)
            return c10::IValue(a.i != 0);
        break;
    case c10::TypeKind::NumberType:
        if (a.tag == TagInt)
            return c10::IValue(a.i);
        if (a.tag == TagDouble)
            return c10::IValue(a.d);
        if (a.tag == TagBool)
            return c10::IValue(a.i != 0);
        if (a.tag == TagComplex)
            return c10::IValue(complex_scalar(a));
        break;
    case c10::TypeKind::ListType:
        return to_list(op, index, a);
    case c10::TypeKind::StringType:
        if (a.tag == TagString)
            return c10::IValue(std::string(static_cast<char*>(a.p), a.n));
        break;
    case c10::TypeKind::DeviceObjType:
        if (a.tag == TagDevice)
            return c10::IValue(c10::Device(static_cast<c10::DeviceType>(a.n), static_cast<c10::DeviceIndex>(a.i)));
        break;
    case c10::TypeKind::GeneratorType:
        if (a.tag == TagGenerator)
            return c10::IValue(*static_cast<Generator>(a.p));
        break;
    default:
        break;
    }
    bad_argument(op, index);
}

static void invoke(const Op& op, const Arg* args, int32_t count, torch::jit::Stack& stack) {
    stack.reserve(op.params.size());
    for (int32_t k = 0; k < count; k++)
        stack.push_back(to_ivalue(op, k, args[k]));
    for (size_t k = count; k < op.params.size(); k++) {
        if (!op.params[k].fallback)
            bad_argument(op, k);
        stack.push_back(*op.params[k].fallback);
    }
    op.handle.callBoxed(stack);
}

// A call with one tensor as its result, the usual case: that tensor, or null and an error.
EXPORT(Tensor) THSX_call(const Op* op, const Arg* args, int32_t count) {
    return guarded<Tensor>(nullptr, [&]() -> Tensor {
        torch::jit::Stack stack;
        invoke(*op, args, count, stack);
        return new at::Tensor(std::move(stack[0]).toTensor());
    });
}

// A call whose result is not wanted (in-place operators): 1, or 0 and an error.
EXPORT(int32_t) THSX_run(const Op* op, const Arg* args, int32_t count) {
    return guarded<int32_t>(0, [&] {
        torch::jit::Stack stack;
        invoke(*op, args, count, stack);
        return 1;
    });
}

static Arg to_result(const c10::IValue& value) {
    Arg a{};
    if (value.isTensor()) {
        a.tag = TagTensor;
        a.p = value.toTensor().defined() ? new at::Tensor(value.toTensor()) : nullptr;
    } else if (value.isTensorList()) {
        auto list = value.toTensorVector();
        auto handles = static_cast<Tensor*>(std::malloc(sizeof(Tensor) * (list.size() + 1)));
        for (size_t k = 0; k < list.size(); k++)
            handles[k] = new at::Tensor(std::move(list[k]));
        a.tag = TagTensors;
        a.n = static_cast<int32_t>(list.size());
        a.p = handles;
    } else if (value.isInt()) {
        a.tag = TagInt;
        a.i = value.toInt();
    } else if (value.isDouble()) {
        a.tag = TagDouble;
        a.d = value.toDouble();
    } else if (value.isBool()) {
        a.tag = TagBool;
        a.i = value.toBool();
    } else {
        throw std::runtime_error("a result of type " + value.tagKind() + " is not supported");
    }
    return a;
}

// Any call: the number of results written, or -1 and an error. Lists of tensors are freed by THSX_free.
EXPORT(int32_t) THSX_call_many(const Op* op, const Arg* args, int32_t count, Arg* results, int32_t capacity) {
    return guarded<int32_t>(-1, [&] {
        torch::jit::Stack stack;
        invoke(*op, args, count, stack);
        if (static_cast<int32_t>(stack.size()) > capacity)
            throw std::runtime_error("too many results from " + op->name);
        for (size_t k = 0; k < stack.size(); k++)
            results[k] = to_result(stack[k]);
        return static_cast<int32_t>(stack.size());
    });
}

EXPORT(void) THSX_free(void* memory) { std::free(memory); }

// A tensor over memory of the caller; release(context) is called when the last view of it goes.
EXPORT(Tensor) THSX_from_blob(void* data, const int64_t* sizes, int32_t count, int32_t dtype, void (*release)(void*), void* context) {
    return guarded<Tensor>(nullptr, [&] {
        auto options = at::TensorOptions().dtype(static_cast<at::ScalarType>(dtype));
        return new at::Tensor(at::from_blob(data, at::IntArrayRef(sizes, count), [=](void*) { release(context); }, options));
    });
}

// A copy of memory of the caller, on the CPU.
EXPORT(Tensor) THSX_copy_of(const void* data, int64_t bytes, const int64_t* sizes, int32_t count, int32_t dtype) {
    return guarded<Tensor>(nullptr, [&] {
        at::Tensor t = at::empty(at::IntArrayRef(sizes, count), at::TensorOptions().dtype(static_cast<at::ScalarType>(dtype)));
        if (static_cast<int64_t>(t.nbytes()) != bytes)
            throw std::runtime_error("the data do not fill the shape");
        if (bytes > 0)
            std::memcpy(t.data_ptr(), data, bytes);
        return new at::Tensor(std::move(t));
    });
}

// ---------------------------------------------------------------------------------------------------
// Tensor properties

EXPORT(void*) THSTensor_data(const Tensor t) { return guarded<void*>(nullptr, [&] { return t->data_ptr(); }); }
EXPORT(int8_t) THSTensor_type(const Tensor t) { return static_cast<int8_t>(t->scalar_type()); }
EXPORT(int64_t) THSTensor_ndimension(const Tensor t) { return t->ndimension(); }
EXPORT(int64_t) THSTensor_numel(const Tensor t) { return t->numel(); }
EXPORT(int64_t) THSTensor_element_size(const Tensor t) { return t->element_size(); }
EXPORT(int64_t) THSTensor_size(const Tensor t, const int64_t dim) { return guarded<int64_t>(-1, [&] { return t->size(dim); }); }
EXPORT(int64_t) THSTensor_stride(const Tensor t, const int64_t dim) { return guarded<int64_t>(-1, [&] { return t->stride(dim); }); }
EXPORT(int64_t) THSTensor_storage_offset(const Tensor t) { return guarded<int64_t>(-1, [&] { return t->storage_offset(); }); }
EXPORT(int32_t) THSTensor_device_type(const Tensor t) { return guarded<int32_t>(-1, [&] { return static_cast<int32_t>(t->device().type()); }); }
EXPORT(int32_t) THSTensor_device_index(const Tensor t) { return guarded<int32_t>(-1, [&] { return static_cast<int32_t>(t->device().index()); }); }
EXPORT(bool) THSTensor_is_cpu(const Tensor t) { return t->is_cpu(); }
EXPORT(bool) THSTensor_is_contiguous(const Tensor t) { return guarded<bool>(false, [&] { return t->is_contiguous(); }); }
EXPORT(bool) THSTensor_is_sparse(const Tensor t) { return t->is_sparse(); }
EXPORT(int64_t) THSTensor_is_neg(const Tensor t) { return t->is_neg(); }
EXPORT(int64_t) THSTensor_is_conj(const Tensor t) { return t->is_conj(); }
EXPORT(bool) THSTensor_is_leaf(const Tensor t) { return guarded<bool>(false, [&] { return t->is_leaf(); }); }
EXPORT(bool) THSTensor_requires_grad(const Tensor t) { return guarded<bool>(false, [&] { return t->requires_grad(); }); }
EXPORT(void) THSTensor_set_requires_grad(const Tensor t, const bool on) { guarded([&] { t->set_requires_grad(on); }); }
EXPORT(void) THSTensor_retain_grad(const Tensor t) { guarded([&] { t->retain_grad(); }); }
EXPORT(Tensor) THSTensor_alias(const Tensor t) { return guarded<Tensor>(nullptr, [&] { return new at::Tensor(*t); }); }
EXPORT(void) THSTensor_dispose(const Tensor t) { guarded([&] { delete t; }); }

// Sizes, or strides, into a buffer of the caller with room for every dimension.
EXPORT(void) THSX_sizes(const Tensor t, int64_t* into) { guarded([&] { auto s = t->sizes(); std::copy(s.begin(), s.end(), into); }); }
EXPORT(void) THSX_strides(const Tensor t, int64_t* into) { guarded([&] { auto s = t->strides(); std::copy(s.begin(), s.end(), into); }); }
EXPORT(void) THSX_set_data(const Tensor t, const Tensor source) { guarded([&] { t->set_data(*source); }); }

// ---------------------------------------------------------------------------------------------------
// Autograd

EXPORT(Tensor) THSTensor_grad(const Tensor t) {
    return guarded<Tensor>(nullptr, [&]() -> Tensor { return t->grad().defined() ? new at::Tensor(t->grad()) : nullptr; });
}
EXPORT(void) THSTensor_set_grad(const Tensor t, const Tensor grad) {
    guarded([&] { t->mutable_grad() = grad ? *grad : at::Tensor(); });
}
EXPORT(void) THSTensor_backward(const Tensor t) { guarded([&] { t->backward(); }); }

static torch::autograd::variable_list variables(const Tensor* tensors, int64_t count) {
    torch::autograd::variable_list list;
    for (int64_t k = 0; k < count; k++)
        list.push_back(tensors[k] ? *tensors[k] : at::Tensor());
    return list;
}

EXPORT(void) THSAutograd_backward(const Tensor* tensors, const int64_t count, const Tensor* grads, const int64_t grad_count,
                                  bool retain_graph, bool create_graph, const Tensor* inputs, const int64_t input_count) {
    guarded([&] {
        torch::autograd::backward(variables(tensors, count), variables(grads, grad_count), retain_graph, create_graph,
                                  variables(inputs, input_count));
    });
}

EXPORT(int32_t) THSX_grad(const Tensor* outputs, int64_t output_count, const Tensor* inputs, int64_t input_count,
                          const Tensor* grads, int64_t grad_count, bool retain_graph, bool create_graph, bool allow_unused,
                          Tensor* results) {
    return guarded<int32_t>(0, [&] {
        auto list = torch::autograd::grad(variables(outputs, output_count), variables(inputs, input_count),
                                          variables(grads, grad_count), retain_graph, create_graph, allow_unused);
        for (size_t k = 0; k < list.size(); k++)
            results[k] = list[k].defined() ? new at::Tensor(std::move(list[k])) : nullptr;
        return 1;
    });
}

EXPORT(bool) THSAutograd_isGradEnabled() { return at::GradMode::is_enabled(); }
EXPORT(void) THSAutograd_setGrad(bool enabled) { at::GradMode::set_enabled(enabled); }
EXPORT(bool) THSAutograd_isInferenceModeEnabled() { return c10::InferenceMode::is_enabled(); }
EXPORT(c10::InferenceMode*) THSAutograd_getInferenceModeGuard(bool mode) { return new c10::InferenceMode(mode); }
EXPORT(void) THSAutograd_deleteInferenceModeGuard(c10::InferenceMode* guard) { delete guard; }
EXPORT(bool) THSAutograd_isAnomalyEnabled() { return torch::autograd::AnomalyMode::is_enabled(); }
EXPORT(bool) THSAutograd_shouldCheckNaN() { return torch::autograd::AnomalyMode::should_check_nan(); }
EXPORT(void) THSAutograd_setAnomaly(bool enabled, bool check_nan) { torch::autograd::AnomalyMode::set_enabled(enabled, check_nan); }

// ---------------------------------------------------------------------------------------------------
// Process-wide state

EXPORT(int32_t) THSTorch_get_num_threads() { return at::get_num_threads(); }
EXPORT(void) THSTorch_set_num_threads(const int32_t threads) {
    guarded([&] {
        at::set_num_threads(threads);
        // libtorch does not pass its setting on to OpenBLAS, which would go on using every core.
        if (auto set = reinterpret_cast<void (*)(int)>(dlsym(RTLD_DEFAULT, "openblas_set_num_threads")))
            set(threads);
    });
}
EXPORT(int32_t) THSTorch_get_num_interop_threads() { return at::get_num_interop_threads(); }
EXPORT(void) THSTorch_set_num_interop_threads(const int32_t threads) { guarded([&] { at::set_num_interop_threads(threads); }); }

EXPORT(int8_t) THSX_get_default_dtype() { return static_cast<int8_t>(c10::get_default_dtype_as_scalartype()); }
EXPORT(void) THSX_set_default_dtype(int32_t dtype) {
    guarded([&] { c10::set_default_dtype(c10::scalarTypeToTypeMeta(static_cast<at::ScalarType>(dtype))); });
}
EXPORT(int32_t) THSTorch_can_cast(const int32_t from, const int32_t to) {
    return guarded<int32_t>(-1, [&] { return static_cast<int32_t>(c10::canCast(static_cast<at::ScalarType>(from), static_cast<at::ScalarType>(to))); });
}
EXPORT(int32_t) THSTorch_promote_types(const int32_t a, const int32_t b) {
    return guarded<int32_t>(-1, [&] { return static_cast<int32_t>(c10::promoteTypes(static_cast<at::ScalarType>(a), static_cast<at::ScalarType>(b))); });
}

EXPORT(void) THSTorch_manual_seed(const int64_t seed) { guarded([&] { at::manual_seed(static_cast<uint64_t>(seed)); }); }
EXPORT(bool) THSTorchCuda_is_available() { return guarded<bool>(false, [] { return torch::cuda::is_available(); }); }
EXPORT(bool) THSTorchCuda_cudnn_is_available() { return guarded<bool>(false, [] { return torch::cuda::cudnn_is_available(); }); }
EXPORT(int) THSTorchCuda_device_count() { return guarded<int>(0, [] { return static_cast<int>(torch::cuda::device_count()); }); }
EXPORT(void) THSTorchCuda_synchronize(const int64_t device) { guarded([&] { torch::cuda::synchronize(device); }); }

EXPORT(Generator) THSGenerator_default_generator() {
    return guarded<Generator>(nullptr, [&] { return new at::Generator(at::detail::getDefaultCPUGenerator()); });
}
EXPORT(Generator) THSGenerator_new(uint64_t seed, int64_t, int64_t) {
    return guarded<Generator>(nullptr, [&] { return new at::Generator(at::detail::createCPUGenerator(seed)); });
}
EXPORT(void) THSGenerator_gen_manual_seed(const Generator g, const int64_t seed) { guarded([&] { g->set_current_seed(static_cast<uint64_t>(seed)); }); }
EXPORT(int64_t) THSGenerator_initial_seed(const Generator g) { return guarded<int64_t>(-1, [&] { return static_cast<int64_t>(g->current_seed()); }); }
EXPORT(Tensor) THSGenerator_get_rng_state(const Generator g) { return guarded<Tensor>(nullptr, [&] { return new at::Tensor(g->get_state()); }); }
EXPORT(void) THSGenerator_set_rng_state(const Generator g, const Tensor state) { guarded([&] { g->set_state(*state); }); }
EXPORT(void) THSGenerator_dispose(const Generator g) { guarded([&] { delete g; }); }
