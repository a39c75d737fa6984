using System.Reflection;
using TorchSharp.Modules;

namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        public partial class Module
        {
            protected DeviceType _deviceType = DeviceType.CPU;
            protected int _deviceIndex = -1;

            protected internal virtual Module _to(Device device, ScalarType dtype, bool non_blocking)
            {
                RequireFloating(dtype);
                RequireAvailable(device.type);
                _toEpilog(device.type == DeviceType.CUDA ? device : new Device(device.type, -1), dtype, non_blocking);
                return this;
            }

            protected internal virtual Module _to(DeviceType deviceType, int deviceIndex, bool non_blocking)
            {
                if (deviceType != DeviceType.CUDA)
                    deviceIndex = -1;
                RequireAvailable(deviceType);
                if (deviceType != _deviceType || deviceIndex != _deviceIndex)
                    _toEpilog(deviceType, deviceIndex, non_blocking);
                return this;
            }

            protected internal virtual Module _to(ScalarType dtype, bool non_blocking)
            {
                RequireFloating(dtype);
                _toEpilog(dtype, non_blocking);
                return this;
            }

            public Module _to(Tensor other, bool non_blocking)
            {
                _to(other.dtype, non_blocking);
                return _to(other.device_type, other.device_index, non_blocking);
            }

            protected void _toEpilog(ScalarType dtype, bool non_blocking) => _toEpilog(dtype, null, non_blocking);

            protected void _toEpilog(Device device, ScalarType dtype, bool non_blocking) => _toEpilog(dtype, device, non_blocking);

            protected void _toEpilog(DeviceType deviceType, int deviceIndex, bool non_blocking)
                => _toEpilog(null, new Device(deviceType, deviceIndex), non_blocking);

            /// <summary>
            /// Moves the children, then replaces each parameter and buffer that has to change by a new object,
            /// in the registry and in the property or field of the same name. The old tensor is disposed.
            /// </summary>
            protected virtual void _toEpilog(ScalarType? dtype, Device? device, bool non_blocking)
            {
                if (dtype is null && device is null)
                    throw new ArgumentNullException(nameof(dtype), "Neither a dtype nor a device is given.");

                foreach (var (_, child) in named_children())
                {
                    if (device is null)
                        child._to(dtype!.Value, non_blocking);
                    else if (dtype is null)
                        child._to(device.type, device.index, non_blocking);
                    else
                        child._to(device, dtype.Value, non_blocking);
                }

                foreach (var (name, parameter) in named_parameters(false).ToList())
                {
                    if (!ReplaceParameter(dtype, device, parameter, out var moved))
                        continue;
                    if (SetPublicProperty(name, moved!))
                        continue; // the setter has disposed the old one
                    parameter.Dispose();
                    ConditionallyRegisterParameter(name, moved);
                    SetField(name, moved!);
                }

                foreach (var (name, buffer) in named_buffers(false).ToList())
                {
                    if (!ReplaceBuffer(dtype, device, buffer, out var moved) || SetPublicProperty(name, moved!))
                        continue;
                    ConditionallyRegisterBuffer(name, moved);
                    SetField(name, moved!);
                }

                if (device is not null)
                    (_deviceType, _deviceIndex) = (device.type, device.index);
            }

            /// <summary>A new tensor if <paramref name="buffer"/> has another type or place; the old one is disposed then.</summary>
            protected static bool ReplaceBuffer(ScalarType? dtype, Device? device, Tensor buffer, out Tensor? result)
            {
                var (target, place) = Destination(dtype, device, buffer);
                result = null;
                if (!WouldCopy(buffer, target, place))
                    return false;
                result = buffer.to(target, place, disposeAfter: true).DetachFromDisposeScope();
                return true;
            }

            /// <summary>A new leaf with the same gradient if <paramref name="param"/> has another type or place.</summary>
            protected static bool ReplaceParameter(ScalarType? dtype, Device? device, Parameter param, out Parameter? p)
            {
                using var grad = param.grad;
                var (target, place) = Destination(dtype, device, param);
                p = null;
                if (!WouldCopy(param, target, place) && (grad is null || !WouldCopy(grad, target, place)))
                    return false;

                // Without a graph: the copy is a leaf and keeps no link to the old parameter.
                using var graphless = no_grad();
                p = new Parameter(param.to(target, place), param.requires_grad);
                p.DetachFromDisposeScope();
                if (grad is not null)
                {
                    using var movedGrad = grad.to(target, place);
                    p.grad = movedGrad;
                }
                return true;
            }

            /// <summary>Integers and booleans keep their type; only floating point and complex tensors are converted.</summary>
            private static (ScalarType, Device) Destination(ScalarType? dtype, Device? device, Tensor tensor)
            {
                var current = tensor.dtype;
                return (dtype is { } wanted && IsFloatingOrComplex(current) ? wanted : current, device ?? tensor.device);
            }

            private static bool WouldCopy(Tensor tensor, ScalarType dtype, Device device)
                => tensor.dtype != dtype || tensor.device_type != device.type
                    || (device.index >= 0 && tensor.device_index >= 0 && tensor.device_index != device.index);

            private bool SetPublicProperty(string name, object value)
            {
                var property = GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance)
                    .FirstOrDefault(candidate => candidate.Name == name && candidate.CanWrite);
                property?.SetValue(this, value);
                return property is not null;
            }

            private void SetField(string name, object value)
                => InstanceFields(GetType()).FirstOrDefault(field => field.ComponentName() == name)?.SetValue(this, value);

            private static void RequireFloating(ScalarType dtype)
            {
                if (!IsFloatingOrComplex(dtype))
                    throw new ArgumentException($"nn.Module.to only accepts floating point or complex types, but got desired dtype={dtype}");
            }

            private static void RequireAvailable(DeviceType device)
            {
                if (device == DeviceType.CUDA && !cuda.is_available())
                    throw new InvalidOperationException("CUDA is not available.");
            }

            private static bool IsFloatingOrComplex(ScalarType dtype) => dtype
                is ScalarType.Float16 or ScalarType.BFloat16 or ScalarType.Float32 or ScalarType.Float64
                or ScalarType.ComplexFloat32 or ScalarType.ComplexFloat64;
        }
    }
}
