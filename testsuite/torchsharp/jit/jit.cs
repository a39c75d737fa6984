namespace TorchSharp;

public static partial class torch
{
    /// <summary>TorchScript, as far as code that uses it can be compiled: nothing of it runs here.</summary>
    public static class jit
    {
        public static ScriptModule<T1, TResult> load<T1, TResult>(string filename, DeviceType device_type = DeviceType.CPU, long device_index = -1)
            => throw new NotSupportedException("TorchScript");

        public class ScriptModule : nn.Module
        {
            internal ScriptModule(string name) : base(name) { }
        }

        public class ScriptModule<T, TResult> : ScriptModule, nn.IModule<T, TResult>
        {
            internal ScriptModule(string name) : base(name) { }

            public TResult call(T input) => throw new NotSupportedException("TorchScript");

            public TResult forward(T tensor) => throw new NotSupportedException("TorchScript");
        }
    }
}
