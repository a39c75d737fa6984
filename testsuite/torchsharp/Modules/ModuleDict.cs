using System.Collections;
using System.Diagnostics.CodeAnalysis;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace TorchSharp.Modules
{
    /// <summary>Modules by name, in the order of insertion, that a model registers under these names.</summary>
    public class ModuleDict<T> : nn.Module, IDictionary<string, T>, IList<(string, T)>
        where T : nn.Module
    {
        private readonly OrderedDict<string, T> entries = new();
        private bool registered;

        public ModuleDict()
            : base(nameof(ModuleDict<T>))
        {
        }

        internal ModuleDict(IEnumerable<(string, T)> modules)
            : this()
        {
            foreach (var module in modules)
                entries.Add(module);
        }

        public int Count => entries.Count;

        public bool IsReadOnly => false;

        public ICollection<string> Keys => entries.Keys;

        public ICollection<T> Values => entries.Values;

        public (string, T) this[int index]
        {
            get => entries[index];
            set => entries[index] = value;
        }

        public T this[string key]
        {
            get => entries[key];
            set => entries[key] = value;
        }

        public IEnumerable<string> keys() => entries.keys();

        public IEnumerable<T> values() => entries.values();

        public IEnumerator<(string, T)> items() => entries.items();

        public void Add(string key, T value) => entries.Add(key, value);

        public void Add((string, T) item) => entries.Add(item);

        public void Add(KeyValuePair<string, T> item) => entries.Add(item);

        public void Insert(int index, (string, T) item) => entries.Insert(index, item);

        public bool Remove(string key) => entries.Remove(key);

        public bool Remove((string, T) item) => entries.Remove(item);

        public bool Remove(KeyValuePair<string, T> item) => entries.Remove(item);

        public void RemoveAt(int index) => entries.RemoveAt(index);

        public void clear() => entries.clear();

        public void Clear() => entries.Clear();

        public bool ContainsKey(string key) => entries.ContainsKey(key);

        public bool Contains((string, T) item) => entries.Contains(item);

        public bool Contains(KeyValuePair<string, T> item) => entries.Contains(item);

        public bool TryGetValue(string key, [MaybeNullWhen(false)] out T value) => entries.TryGetValue(key, out value);

        public int IndexOf((string, T) item) => entries.IndexOf(item);

        public void CopyTo((string, T)[] array, int arrayIndex) => entries.CopyTo(array, arrayIndex);

        public void CopyTo(KeyValuePair<string, T>[] array, int arrayIndex) => entries.CopyTo(array, arrayIndex);

        public IEnumerator<(string, T)> GetEnumerator() => entries.GetEnumerator();

        // As in the real library: only the public GetEnumerator works.
        IEnumerator<KeyValuePair<string, T>> IEnumerable<KeyValuePair<string, T>>.GetEnumerator() => throw new NotImplementedException();

        IEnumerator IEnumerable.GetEnumerator() => throw new NotImplementedException();

        /// <summary>Registers what is in the dictionary now, once: later additions are not seen.</summary>
        protected override void RegisterComponents()
        {
            if (registered)
                return;
            foreach (var (name, module) in entries)
                register_module(name, module);
            registered = true;
        }
    }
}

namespace TorchSharp
{
    public static partial class torch
    {
        public static partial class nn
        {
            public static ModuleDict<Module> ModuleDict(params (string, Module)[] modules) => new(modules);

            public static ModuleDict<T> ModuleDict<T>(params (string, T)[] modules) where T : Module => new(modules);
        }
    }
}
