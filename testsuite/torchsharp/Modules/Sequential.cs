using System.Runtime.CompilerServices;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace TorchSharp.Modules
{
    /// <summary>Modules one after the other. It keeps them in a list of its own, not among the registered submodules.</summary>
    public class Sequential : nn.Module<Tensor, Tensor>
    {
        private readonly List<(string name, nn.IModule<Tensor, Tensor> step)> steps = new();

        protected Sequential(params (string name, nn.Module<Tensor, Tensor> submodule)[] modules)
            : base(nameof(Sequential))
        {
            foreach (var (name, module) in modules)
                append(name, module);
        }

        protected Sequential(params nn.Module<Tensor, Tensor>[] modules)
            : base(nameof(Sequential))
        {
            foreach (var module in modules)
                append(module);
        }

        internal static Sequential Of(IEnumerable<(string name, nn.IModule<Tensor, Tensor> step)> steps)
        {
            var result = new Sequential(Array.Empty<nn.Module<Tensor, Tensor>>());
            result.steps.AddRange(steps);
            return result;
        }

        internal static Sequential Of(IEnumerable<nn.Module<Tensor, Tensor>> modules)
            => Of(modules.Select((module, i) => (i.ToString(), (nn.IModule<Tensor, Tensor>)module)));

        public int Count => steps.Count;

        [IndexerName("SequentialItems")]
        public nn.IModule<Tensor, Tensor> this[int index] => steps[index].step;

        [IndexerName("SequentialItems")]
        public Sequential this[(int? start, int? end) index] => Slice(index.start ?? 0, index.end ?? Count);

        [IndexerName("SequentialItems")]
        public Sequential this[Range index] => Slice(index.Start.GetOffset(Count), index.End.GetOffset(Count));

        public Sequential append(string name, nn.IModule<Tensor, Tensor> module)
        {
            steps.Add((name, module));
            return this;
        }

        public Sequential append(nn.IModule<Tensor, Tensor> module) => append(Count.ToString(), module);

        /// <summary>Disposes what lies between the steps. With no step at all the result is an alias of the input.</summary>
        public override Tensor forward(Tensor tensor)
        {
            if (steps.Count == 0)
                return tensor.alias();

            var value = steps[0].step.call(tensor);
            for (var i = 1; i < steps.Count; i++)
            {
                var next = steps[i].step.call(value);
                value.Dispose();
                value = next;
            }
            return value;
        }

        public override IEnumerable<(string name, Parameter parameter)> named_parameters(bool recurse = true)
        {
            var seen = new HashSet<IntPtr>();
            return !recurse ? [] : Children
                .SelectMany(child => child.module.named_parameters(true).Select(inner => (name: $"{child.name}.{inner.name}", inner.parameter)))
                .Where(entry => seen.Add(entry.parameter.Handle));
        }

        public override IEnumerable<(string name, Tensor buffer)> named_buffers(bool recurse = true, bool include_persistent = true)
        {
            var seen = new HashSet<IntPtr>();
            return !recurse ? [] : Children
                .SelectMany(child => child.module.named_buffers(true, include_persistent).Select(inner => (name: $"{child.name}.{inner.name}", inner.buffer)))
                .Where(entry => seen.Add(entry.buffer.Handle));
        }

        public override IEnumerable<(string name, nn.Module module)> named_children() => Children;

        public override nn.Module apply(Action<nn.Module> fn)
        {
            foreach (var (_, child) in Children)
                child.apply(fn);
            fn(this);
            return this;
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                foreach (var (_, child) in Children)
                    child.Dispose();
            }
            base.Dispose(disposing);
        }

        private IEnumerable<(string name, nn.Module module)> Children => steps.Select(entry => (entry.name, (nn.Module)entry.step));

        /// <exception cref="IndexOutOfRangeException">Either end lies outside.</exception>
        private Sequential Slice(int start, int end)
        {
            if (start < 0 || start > Count)
                throw new IndexOutOfRangeException($"{start} is not a valid index.");
            if (end < 0 || end > Count)
                throw new IndexOutOfRangeException($"{end} is not a valid index.");
            return Of(steps.Skip(start).Take(end - start));
        }
    }
}

namespace TorchSharp
{
    public static partial class torch
    {
        public static partial class nn
        {
            public static Sequential Sequential() => Modules.Sequential.Of(Array.Empty<Module<Tensor, Tensor>>());

            public static Sequential Sequential(params (string name, Module<Tensor, Tensor> submodule)[] modules)
                => Sequential((IEnumerable<(string name, Module<Tensor, Tensor> submodule)>)modules);

            public static Sequential Sequential(params Module<Tensor, Tensor>[] modules) => Modules.Sequential.Of(modules);

            public static Sequential Sequential(params Tuple<string, Module<Tensor, Tensor>>[] modules)
                => Sequential((IEnumerable<Tuple<string, Module<Tensor, Tensor>>>)modules);

            public static Sequential Sequential(IEnumerable<(string name, Module<Tensor, Tensor> submodule)> modules)
                => Modules.Sequential.Of(modules.Select(entry => (entry.name, (IModule<Tensor, Tensor>)entry.submodule)));

            public static Sequential Sequential(IEnumerable<Tuple<string, Module<Tensor, Tensor>>> modules)
                => Modules.Sequential.Of(modules.Select(entry => (entry.Item1, (IModule<Tensor, Tensor>)entry.Item2)));

            public static Sequential Sequential(IEnumerable<Module<Tensor, Tensor>> modules) => Modules.Sequential.Of(modules);
        }
    }
}
