using System.Collections;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace TorchSharp.Modules
{
    /// <summary>A list of parameters that a model registers as "0", "1", ...</summary>
    public class ParameterList : nn.Module, IList<Parameter>
    {
        private readonly List<Parameter> list = new();
        private bool registered;

        public ParameterList(params Parameter[] parameters)
            : base(nameof(ParameterList))
        {
            list.AddRange(parameters ?? []);
        }

        public int Count => list.Count;

        public bool IsReadOnly => false;

        public Parameter this[int index]
        {
            get => list[index];
            set => list[index] = value;
        }

        public void Add(Parameter item) => list.Add(item);

        public void append(params Parameter[] parameters) => list.AddRange(parameters ?? []);

        public void extend(IEnumerable<Parameter> parameters) => list.AddRange(parameters);

        public void Insert(int index, Parameter item) => list.Insert(index, item);

        public bool Remove(Parameter item) => list.Remove(item);

        public void RemoveAt(int index) => list.RemoveAt(index);

        public void Clear() => list.Clear();

        public bool Contains(Parameter item) => list.Contains(item);

        public int IndexOf(Parameter item) => list.IndexOf(item);

        public void CopyTo(Parameter[] array, int arrayIndex) => list.CopyTo(array, arrayIndex);

        public IEnumerator<Parameter> GetEnumerator() => list.GetEnumerator();

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

        /// <summary>Registers what is in the list now, by position, once: later additions are not seen.</summary>
        protected override void RegisterComponents()
        {
            if (registered)
                return;
            for (var i = 0; i < list.Count; i++)
                register_parameter(i.ToString(), list[i]);
            registered = true;
        }

        /// <summary>Moves the registered parameters and takes the new ones into the list.</summary>
        protected override void _toEpilog(ScalarType? dtype, Device? device, bool non_blocking)
        {
            RegisterComponents();
            base._toEpilog(dtype, device, non_blocking);
            for (var i = 0; i < list.Count; i++)
            {
                if (_internal_params.TryGetValue(i.ToString(), out var parameter))
                    list[i] = parameter;
            }
        }
    }
}

namespace TorchSharp
{
    public static partial class torch
    {
        public static partial class nn
        {
            public static ParameterList ParameterList(params Parameter[] parameters) => new(parameters);
        }
    }
}
